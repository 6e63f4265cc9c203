r"""A command line cut into tokens as a shell would, without ever being a shell.

POSIX quoting, with one difference for paths of Windows: a backslash outside quotes escapes only
blanks and characters that mean something to a shell, so `c:\tmp` stays what it is. What a shell
would act upon (`;`, `|`, `$(…)`, `$NAME`) is kept as text and marked; the grammar and the policy
refuse it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kb.commands.characters import code_point, find_hidden, without_invisible
from kb.commands.line.typography import refuse_typographic_quotes
from kb.commands.texts import refused
from kb.errors import InvalidInputError
from kb.text.prompts import without_prompt
from kb.text.shell_lines import COMMENT, join_continued

MAX_LENGTH = 8192
"""The longest command line, in characters."""

_OPERATORS = ";&|<>()\n"
_ESCAPABLE = frozenset(" \t\n'\"\\$`;&|<>()#*?[]{}!~")
_ESCAPABLE_IN_DOUBLE_QUOTES = frozenset('"\\$`')
_VARIABLE = re.compile(r"\$(?:env:[A-Za-z_]\w*|\{[^}]*\}|[A-Za-z_]\w*|[0-9@*#?$!-])")
_WINDOWS_VARIABLE = re.compile(r"%[A-Za-z_]\w+%")
_PLACEHOLDER = re.compile(
    r"<[^\W_](?:[^<>|;&$`\"'\n]*[^<>|;&$`\"'\s])?>|\{\{\s*\w[\w -]*\}\}"
    r"|<[^\W_][\w -]*(?:\|[\w -]*[\w-])+>"  # one of several: <id|name>
    r"|(?<=\w)\[[:@][a-zA-Z][\w|:@-]*\]"  # as manuals write it: NAME[:TAG|@DIGEST]
)
_OPTIONS_WORD = r"(?:options?|flags?|опции|параметры|флаги)"
_IN_OPTIONAL = r"[^\]\['\"`$;&\n]"
_OPTIONAL = re.compile(
    rf"(?:\[\s*{_OPTIONS_WORD}\s*\]|\[(?![\s:])(?:{_IN_OPTIONAL}|\[{_IN_OPTIONAL}*\])*\]|<{_OPTIONS_WORD}>)"
    r"(?:\.\.\.|…)?(?=\s|$)",
    re.IGNORECASE,
)
"""What may be left out; a blank or colon makes it words of a shell (`[ -f x ]`, `[:lower:]`)."""
_IN_BRACKETS = re.compile(
    rf"\[(?!(?:{_OPTIONS_WORD}|args?)\])(?P<name>[^\W_][\w .-]*)(?<!\.\.)\](?=\s|$)", re.IGNORECASE
)
"""`[container]`: what stands for a value, unless it is written as what may be left out."""
_WORD_AFTER = re.compile(r"(?:[^\S\n]*\[[^\]\n]*\](?:\.\.\.|…)?)*[^\S\n]*(?!//)[^\s#\[;&|<>()]")


class Mark(StrEnum):
    """What a shell, or a reader, would see in a token."""

    OPERATOR = "operator"
    """The token is a separator, a redirection or a parenthesis."""
    SUBSTITUTION = "substitution"
    """It holds `$(…)` or backticks."""
    VARIABLE = "variable"
    """It holds `$NAME`, `${NAME}` or `%NAME%`."""
    PLACEHOLDER = "placeholder"
    """It holds `<something>`, `{{something}}` or `[something]`."""
    QUOTED = "quoted"
    """A part of it stands in quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineToken:
    """One word of a command line."""

    text: str
    """As written, quotes included."""
    value: str
    """As the program would get it."""
    start: int = 0
    """Offset in the cleaned line."""
    marks: frozenset[Mark] = frozenset()


def clean_line(text: str) -> str:
    """Join continued lines and take the prompt off."""
    return without_prompt(join_continued(text)).strip()


def cut_line(text: str) -> tuple[LineToken, ...]:
    """Cut a command line into tokens; comments and `[OPTIONAL]` words are left out.

    Raises:
        CommandRefusedError: A quote is left open or is one of typography, or a character cannot be
            seen.
        InvalidInputError: The line is empty or too long.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidInputError(
            f"The command has {len(text)} characters, the limit is {MAX_LENGTH}.",
            hint="Shorten it, or put the script into the image.",
            reason="command_too_long",
        )
    line = clean_line(text)
    if hidden := find_hidden(line):
        raise refused(
            "hidden_characters", suggestion=without_invisible(line), char=code_point(hidden)
        )
    refuse_typographic_quotes(line)
    tokens = _Scanner(line).scan()
    if not tokens:
        raise InvalidInputError(
            "The command is empty.", hint="Type one, such as: docker ps", reason="command_empty"
        )
    return tokens


class _Scanner:
    """Walks over one line."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._value: list[str] = []
        self._marks: set[Mark] = set()

    def scan(self) -> tuple[LineToken, ...]:
        tokens: list[LineToken] = []
        while self._skip_blanks():
            if bracketed := self._bracketed():
                tokens.append(bracketed)
            elif optional := self._match(_OPTIONAL):
                self._at = optional.end()
            elif self._line[self._at] in _OPERATORS and not self._match(_PLACEHOLDER):
                tokens.append(self._read_operator())
            else:
                tokens.append(self._read_word())
        return tuple(tokens)

    def _bracketed(self) -> LineToken | None:
        """Read a name in brackets that stands for a value.

        In capitals it may be left out, as manuals write it, unless a plain word follows.
        """
        found = self._match(_IN_BRACKETS)
        if not found or (
            found["name"].isupper() and not _WORD_AFTER.match(self._line, found.end())
        ):
            return None
        self._at = found.end()
        marks = frozenset({Mark.PLACEHOLDER})
        return LineToken(text=found.group(), value=found.group(), start=found.start(), marks=marks)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self._line, self._at)

    def _skip_blanks(self) -> bool:
        """Go to the next token; False at the end of the line or at a comment."""
        line = self._line
        while self._at < len(line) and line[self._at].isspace() and line[self._at] != "\n":
            self._at += 1
        if self._at < len(line) and self._match(COMMENT):
            newline = line.find("\n", self._at)
            self._at = len(line) if newline < 0 else newline
        return self._at < len(line)

    def _read_operator(self) -> LineToken:
        start = self._at
        while self._at < len(self._line) and self._line[self._at] == self._line[start]:
            self._at += 1
        text = self._line[start : self._at]
        return LineToken(text=text, value=text, start=start, marks=frozenset({Mark.OPERATOR}))

    def _read_word(self) -> LineToken:
        start = self._at
        self._value, self._marks = [], set()
        while self._at < len(self._line) and self._read_piece():
            pass
        return LineToken(
            text=self._line[start : self._at],
            value="".join(self._value),
            start=start,
            marks=frozenset(self._marks),
        )

    def _read_piece(self) -> bool:
        """Read one character, quoted part or expansion of a word; False where the word ends."""
        char = self._line[self._at]
        if char in "'\"":
            self._read_quoted(char)
        elif char == "\\":
            self._read_escape(_ESCAPABLE)
        elif self._read_expansion() or self._take(_PLACEHOLDER, Mark.PLACEHOLDER):
            pass
        elif char.isspace() or char in _OPERATORS:
            return False
        else:
            self._value.append(char)
            self._at += 1
        return True

    def _read_quoted(self, quote: str) -> None:
        self._marks.add(Mark.QUOTED)
        opened = self._at
        self._at += 1
        while self._at < len(self._line) and self._line[self._at] != quote:
            if quote == '"' and self._line[self._at] == "\\":
                self._read_escape(_ESCAPABLE_IN_DOUBLE_QUOTES)
            elif quote == "'" or not self._read_expansion():
                self._value.append(self._line[self._at])
                self._at += 1
        if self._at >= len(self._line):
            raise refused("open_quote", part=self._line[opened : opened + 20])
        self._at += 1

    def _read_escape(self, escapable: frozenset[str]) -> None:
        following = self._line[self._at + 1 : self._at + 2]
        if following and following in escapable:
            self._value.append(following)
            self._at += 2
        else:
            self._value.append("\\")
            self._at += 1

    def _read_expansion(self) -> bool:
        """Read `$(…)`, backticks, `$NAME` or `%NAME%` as text and mark it."""
        if self._line.startswith("$(", self._at):
            self._take_until(self._closing_parenthesis())
        elif self._line[self._at] == "`":
            closing = self._line.find("`", self._at + 1)
            self._take_until(closing)
        else:
            return self._take(_VARIABLE, Mark.VARIABLE) or self._take(
                _WINDOWS_VARIABLE, Mark.VARIABLE
            )
        return True

    def _closing_parenthesis(self) -> int:
        depth = 0
        for at in range(self._at, len(self._line)):
            depth += {"(": 1, ")": -1}.get(self._line[at], 0)
            if self._line[at] == ")" and depth == 0:
                return at
        return -1

    def _take_until(self, last: int) -> None:
        if last < 0:
            raise refused("open_quote", part=self._line[self._at : self._at + 20])
        self._value.append(self._line[self._at : last + 1])
        self._at = last + 1
        self._marks.add(Mark.SUBSTITUTION)

    def _take(self, pattern: re.Pattern[str], mark: Mark) -> bool:
        match = self._match(pattern)
        if match is None:
            return False
        self._value.append(match.group())
        self._at = match.end()
        self._marks.add(mark)
        return True


def quote(value: str) -> str:
    """Return a value as one token that `cut_line` reads back as the same value."""
    if value and re.fullmatch(r"[\w@%+=:,./-]+", value, re.ASCII) and not _needs_quotes(value):
        return value
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _needs_quotes(value: str) -> bool:
    return bool(COMMENT.match(value) or _WINDOWS_VARIABLE.search(value))


def join(tokens: tuple[LineToken, ...]) -> str:
    """Return the tokens as a command line, as they were written, a blank between two."""
    return " ".join(token.text for token in tokens)
