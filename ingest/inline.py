"""What a line of Markdown says without its marks. Linear in its length; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TICKS: Final = re.compile(r"(?<!\\)(`+)")
_ANY_MARK: Final = re.compile(r"[`*_~=\[\\]")
_LINK: Final = re.compile(r"!?\[([^\[\]\n]{1,500})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,200}\")?\)")
_WIKILINK: Final = re.compile(r"!?\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_REFERENCE: Final = re.compile(r"\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,300}\]")
_STRONG: Final = re.compile(
    r"(?<![\w*\\])(\*{1,3}|~~|==)(?=\S)|(?<=[^\s\\])(\*{1,3}|~~|==)(?![\w*])"
)
_UNDERSCORE: Final = re.compile(r"(?<![\w\\])_{1,3}(?=[^\s_])|(?<=[^\s_\\])_{1,3}(?!\w)")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class CodePiece:
    """An inline code span of a text."""

    start: int
    """Offset of its first backtick."""
    end: int
    """Offset past its last backtick."""
    code: str


def code_pieces(text: str) -> Iterator[CodePiece]:
    """Yield the inline code spans of a text, by CommonMark's rule of equal runs of backticks."""
    if "`" not in text:
        return
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    of_length: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        of_length.setdefault(runs[number][1] - runs[number][0], []).append(number)
    current = 0
    while current < len(runs):
        start, end = runs[current]
        waiting = of_length[end - start]
        while waiting and waiting[-1] <= current:
            waiting.pop()
        if not waiting:
            current += 1
            continue
        closing = waiting[-1]
        yield CodePiece(start, runs[closing][1], _trim_code(text[end : runs[closing][0]]))
        current = closing + 1


def code_at_head(text: str) -> CodePiece | None:
    """Return the inline code that a text begins with, bold, linked or plain."""
    first = next(code_pieces(text), None)
    return None if first is None or any(map(str.isalnum, text[: first.start])) else first


def plain_text(text: str) -> str:
    """Return inline Markdown without its marks: `**a** [b](c)` gives `a b`."""
    if not _ANY_MARK.search(text):
        return text
    parts: list[str] = []
    last = 0
    for piece in code_pieces(text):
        parts += [_without_marks(text[last : piece.start]), piece.code]
        last = piece.end
    parts.append(_without_marks(text[last:]))
    return "".join(parts)


def _without_marks(text: str) -> str:
    text = _WIKILINK.sub(lambda match: match.group(2) or match.group(1), text)
    text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", text))
    text = _UNDERSCORE.sub("", _STRONG.sub("", text))
    return _ESCAPE.sub(r"\1", text)


def _trim_code(content: str) -> str:
    content = content.replace("\n", " ")
    if content.startswith(" ") and content.endswith(" ") and content.strip():
        return content[1:-1]
    return content
