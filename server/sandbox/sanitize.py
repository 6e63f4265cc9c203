"""Makes a program's output safe to show: no escape sequences but colours, no hidden marks.

What changes the text itself is kept: line feeds, tabs, and a carriage return as the start of a
line. Escape sequences follow ECMA-48 (CSI, OSC, DCS, SOS, PM, APC and two-character escapes). Of
them only SGR with codes that leave text readable stays, and only in streams: a reader that shows no
colours removes it with `make_safe`.
"""

from __future__ import annotations

import codecs
import re

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI … final
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC … end
    r"|\x9b[0-?]*[ -/]*[@-~]"  # CSI as one character
    r"|[\x90\x98\x9d\x9e\x9f][^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-OQ-WYZ`-~\\]"  # two-character escapes
)
_UNFINISHED = re.compile(
    r"(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c]*\x1b?|[ -/]*)?"
    r"|\x9b[0-?]*[ -/]*|[\x90\x98\x9d\x9e\x9f][^\x07\x1b\x90\x98\x9c-\x9f]*\x1b?)\Z"
)
_CODE = r"(?:0?[0-4]|2[2-4]|3[0-79]|9[0-7])?"
"""Reset, bold, dim, italics, underline and their ends; the colour of letters. Not `conceal`, not
blinking, no background: each could make text unreadable."""
_COLOUR = re.compile(rf"(\x1b\[{_CODE}(?:;{_CODE})*m)")
_CUT_COLOUR = re.compile(r"\x1b(?:\[[0-9;]*)?\Z")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but tab, line feed, carriage return
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_MAX_HELD = 4096
"""Longest unfinished sequence that is waited for; past it, it is no sequence."""


class TerminalText:
    """Decodes a stream of bytes piece by piece into text that is safe to show, with its colours.

    Each piece that comes out holds colour sequences whole or not at all. Bytes that are not UTF-8
    become U+FFFD; a sequence cut by the end of a piece is put together.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        """Return what of the data can be shown now."""
        text = self._held + self._decoder.decode(data)
        cut = _unfinished_at(text)
        self._held = text[cut:]
        return _with_colours(text[:cut])

    def finish(self) -> str:
        """Return the rest, once the stream has ended."""
        rest = self._held + self._decoder.decode(b"", final=True)
        self._held = ""
        return _with_colours(rest)


def make_safe(text: str) -> str:
    """Return a whole text without anything that a terminal or a page would act on."""
    return _plain(text)


def cut_text(text: str, most_chars: int) -> str:
    """Return the beginning of a stream's text, not ending inside a colour sequence."""
    return _CUT_COLOUR.sub("", text[:most_chars])


def _unfinished_at(text: str) -> int:
    if text.endswith("\r"):  # may be one half of a line end
        return len(text) - 1
    tail_start = max(0, len(text) - _MAX_HELD)
    found = _UNFINISHED.search(text, tail_start)
    return found.start() if found else len(text)


def _with_colours(text: str) -> str:
    """Return a piece that is safe to show; a colour is never inside another sequence."""
    parts = _COLOUR.split(text)
    parts[::2] = [_plain(part) for part in parts[::2]]
    return "".join(parts)


def _plain(text: str) -> str:
    return _HIDDEN.sub("", _ESCAPE.sub("", text)).replace("\r\n", "\n")
