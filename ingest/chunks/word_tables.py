"""Tables of words that lie beside the code, as regular expressions by section."""

from __future__ import annotations

from collections.abc import Iterable
from configparser import ConfigParser
from importlib.resources import files


def read_word_table(name: str) -> dict[str, str]:
    """Return the sections of a table: of each a pattern that any of its lines fits.

    A line is a regular expression, in which a blank stands for any blanks and parentheses only
    group.
    """
    table = ConfigParser(
        allow_no_value=True, delimiters="\0", comment_prefixes="#", interpolation=None
    )
    table.optionxform = str  # type: ignore[assignment,method-assign]
    table.read_string(files("ingest.chunks").joinpath(name).read_text(encoding="utf-8"))
    return {name: _pattern(table[name]) for name in table.sections()}


def _pattern(lines: Iterable[str]) -> str:
    return "(?:" + "|".join(lines).replace("(", "(?:").replace(" ", r"\s+") + ")"
