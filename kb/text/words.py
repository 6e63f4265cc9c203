"""Tables of words as patterns: what asks, what points back; and the reader of such tables."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from functools import lru_cache
from importlib.resources import files
from typing import Final


def read_sections(name: str, *, package: str = "kb.text") -> Mapping[str, str]:
    """Return the sections of a table that lies in a package: of each a pattern that any line fits.

    In a line blanks stand for any, and parentheses only group.
    """
    table = ConfigParser(
        allow_no_value=True, delimiters="\0", comment_prefixes="#", interpolation=None
    )
    table.optionxform = str  # type: ignore[assignment,method-assign]
    table.read_string(files(package).joinpath(name).read_text(encoding="utf-8"))
    return {section: _pattern("|".join(table[section])) for section in table.sections()}


def any_of(*sections: str) -> str:
    """Return a pattern that finds any word of these sections of `words.txt`."""
    table = _words()
    return f"(?:{'|'.join(table[section] for section in sections)})"


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    return read_sections("words.txt")


def _pattern(lines: str) -> str:
    grouped = lines.replace("(", "(?:").replace(" ", r"\s+")
    return f"(?:{grouped})"


INTERROGATIVE: Final = any_of("ask_which", "ask_way", "ask_thing", "ask_person", "ask_circumstance")
"""A word that asks; a boundary must follow."""
