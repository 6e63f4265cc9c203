"""The instructions of a Dockerfile, as the daemon's own builder cuts them out of the lines.

After BuildKit's `frontend/dockerfile/parser`: a continued line is joined to the next one with
nothing between, and blank lines and comments in between are skipped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kb.commands.texts import refused

_BOM = "\ufeff"
_ESCAPE_DIRECTIVE = re.compile(r"^\s*#\s*escape\s*=", re.IGNORECASE | re.MULTILINE)
_INSTRUCTION = re.compile(r"\s*(?P<name>\S+)\s+(?P<rest>.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ONBUILD = "ONBUILD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile."""

    line: int
    """1-based number of its first line."""
    name: str
    """In capitals: `FROM`."""
    rest: str
    """What follows the name, continued lines joined."""
    deferred: bool = False
    """It stands after `ONBUILD` and runs in another build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way to read a file."""

    escape: str
    r"""What continues a line and takes the meaning off a character: `\` or a backtick."""
    pairs: bool
    """A doubled escape at the end continues no line (newer builders), or it does (older ones)."""

    def continuation(self) -> re.Pattern[str]:
        """Return what matches the end of a line that goes on."""
        escape = re.escape(self.escape)
        before = f"(?<!{escape})" if self.pairs else ""
        return re.compile(rf"{before}{escape}[ \t]*$")


def dialects(text: str) -> tuple[Dialect, ...]:
    """Return every way in which a builder may read a file; one of them will."""
    escapes = "\\`" if _ESCAPE_DIRECTIVE.search(text) else "\\"
    return tuple(Dialect(escape=e, pairs=pairs) for e in escapes for pairs in (True, False))


def read_instructions(text: str, dialect: Dialect) -> Iterator[Instruction]:
    """Yield the instructions in order; that of an `ONBUILD` follows it.

    Raises:
        CommandRefusedError: `dockerfile_instruction`, for a character that a line cannot hold.
    """
    for line, whole in _logical_lines(text, dialect):
        if control := _CONTROL.search(whole):
            part = f"U+{ord(control.group()):04X}"
            raise refused("dockerfile_instruction", line=line, part=part)
        match = _INSTRUCTION.match(whole)
        if match is None:
            continue
        name, rest = _capitals(match["name"]), match["rest"]
        yield Instruction(line=line, name=name, rest=rest)
        if name == _ONBUILD and (inner := _INSTRUCTION.match(rest)):
            yield Instruction(
                line=line, name=_capitals(inner["name"]), rest=inner["rest"], deferred=True
            )


def _capitals(name: str) -> str:
    """Return a name in capitals, as the builder compares it: letters such as `İ` count as `I`."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()


def _logical_lines(text: str, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Yield (1-based line, text) of what is no comment, continued lines joined."""
    continuation = dialect.continuation()
    first, whole = 0, ""
    lines = text.removeprefix(_BOM).replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#") or not line.strip():
            continue  # also in the middle of a continued line
        first = first or number
        end = continuation.search(line)
        whole += line[: end.start()] if end else line
        if end is None:
            yield first, whole
            first, whole = 0, ""
    if whole:
        yield first, whole
