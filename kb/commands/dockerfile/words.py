"""A word of a Dockerfile with its quotes, escapes and variables resolved.

After BuildKit's `frontend/dockerfile/shell`, as far as it matters to what a word may turn into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Values = Mapping[str, str | None]
"""Name -> value of a variable; None where it is set to what cannot be told."""
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<operator>:?-)(?P<default>[^{}]*))?\})",
    re.ASCII,
)
_MAX_DEPTH = 4
"""How deep a default may hold other variables."""
MAX_WORD = 1024
"""Variables that are made of variables must not grow without end; the longest word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a word turns into."""

    text: str
    """Up to the first variable whose value is not known, where there is one."""
    whole: bool
    """Every variable is known, and every quote is closed."""


def expand_word(raw: str, variables: Values, *, escape: str = "\\") -> Word:
    """Resolve a word.

    Args:
        raw: As written.
        variables: Those that are set.
        escape: The file's escape character.
    """
    return _Expansion(raw, variables, escape).run()


class _Expansion:
    """Walks over one word."""

    def __init__(self, raw: str, variables: Values, escape: str, depth: int = _MAX_DEPTH) -> None:
        self._raw = raw
        self._variables = variables
        self._escape = escape
        self._depth = depth
        self._at = 0
        self._quote = ""
        self._text: list[str] = []

    def run(self) -> Word:
        known = len(self._raw) <= MAX_WORD
        while known and self._at < len(self._raw):
            known = self._step()
        text = "".join(self._text)
        return Word(text=text[:MAX_WORD], whole=known and not self._quote and len(text) <= MAX_WORD)

    def _step(self) -> bool:
        """Take the next piece; False where it is a variable that is not known."""
        char = self._raw[self._at]
        if char == "$" and self._quote != "'":
            return self._take_variable()
        if char == self._escape and self._quote != "'":
            self._take_escaped()
        elif char == self._quote:
            self._quote = ""
        elif char in "'\"" and not self._quote:
            self._quote = char
        else:
            self._text.append(char)
        self._at += 1
        return True

    def _take_escaped(self) -> None:
        following = self._raw[self._at + 1 : self._at + 2]
        if self._quote and following not in {'"', "$", self._escape}:
            self._text.append(self._escape)
            return
        self._text.append(following)
        self._at += 1

    def _take_variable(self) -> bool:
        match = _VARIABLE.match(self._raw, self._at)
        word = self._value(match) if match else None
        if match is None or word is None:
            return False
        self._at = match.end()
        self._text.append(word.text)
        return word.whole

    def _value(self, match: re.Match[str]) -> Word | None:
        name = match["plain"] or match["braced"]
        value = self._variables.get(name)
        if value is not None and (value or match["operator"] != ":-"):
            return Word(text=value, whole=True)
        cannot_be_told = name in self._variables and value is None
        if match["operator"] is None or cannot_be_told or not self._depth:
            return None
        return _Expansion(match["default"], self._variables, self._escape, self._depth - 1).run()
