"""From a file's bytes to text: encodings, byte order marks, line ends, binary files."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.encodings import guess_code_page, is_binary, unmarked_wide
from kb.errors import VaultError
from kb.model import NoteId, NoteWarning

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BEYOND_ASCII: Final = bytes(range(0x80, 0x100))
_DECOMPOSED: Final = re.compile(r"[^\W\d_][\u0300-\u036f]{1,8}")
_FEWEST_BYTES: Final = 3
"""A line with fewer bytes beyond ASCII does not tell its encoding."""
_LEAST_UTF8: Final = 0.05
"""Share of bytes beyond ASCII that must be UTF-8 for lines to be looked at one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """A note's text, and what was odd about its bytes."""

    text: str
    """Lines end with `\\n`, letters are composed; a byte order mark is left out."""
    encoding: str
    warnings: tuple[NoteWarning, ...] = ()


def decode_note(note: NoteId, data: bytes) -> DecodedText:
    r"""Decode a note: UTF-8, UTF-16 and UTF-32 with or without a mark, else a legacy code page.

    `\r\n` and a lone `\r` become `\n`, so that lines are counted as editors count them. Letters in
    two parts, as macOS writes them (`и` and a breve), become the one that is typed (`й`).

    Raises:
        VaultError: The bytes are no text (code `note_binary`).
    """
    text, encoding, warnings = _decode(note, data)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        message = "a NUL character was replaced by U+FFFD"
        warnings = (
            *warnings,
            NoteWarning(note=note, line=line, message=message, code="nul_character"),
        )
        text = text.replace("\0", "\ufffd")
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return DecodedText(text=_composed(text), encoding=encoding, warnings=warnings)


def _composed(text: str) -> str:
    """Compose letters (NFC), and nothing else: `;` and the like may look the same in many ways."""
    if text.isascii():
        return text
    return _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def _decode(note: NoteId, data: bytes) -> tuple[str, str, tuple[NoteWarning, ...]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_marked(note, data[len(mark) :], encoding)
    wide = unmarked_wide(data)
    if wide is not None:
        return _decode_marked(note, data, wide)
    if is_binary(data):
        raise VaultError(
            f"{note} is a binary file, not text",
            hint="give it another extension, or list it in .kbignore",
            code="note_binary",
        )
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError as error:
        return _decode_legacy(note, data, error)


def _decode_marked(
    note: NoteId, data: bytes, encoding: str
) -> tuple[str, str, tuple[NoteWarning, ...]]:
    try:
        return data.decode(encoding), encoding, ()
    except UnicodeDecodeError as error:
        line = data.count("\n".encode(encoding), 0, error.start) + 1
        warning = _broken_bytes(note, line, encoding)
        return data.decode(encoding, errors="replace"), encoding, (warning,)


def _decode_legacy(
    note: NoteId, data: bytes, error: UnicodeDecodeError
) -> tuple[str, str, tuple[NoteWarning, ...]]:
    mixed = _MixedLines(data)
    if mixed.are_utf8:
        return mixed.text(), "utf-8", tuple(mixed.warnings(note))
    line = data.count(b"\n", 0, error.start) + 1
    encoding = guess_code_page(data)
    warning = _not_utf8(note, line, f"the file is not UTF-8; it was read as {encoding}")
    return data.decode(encoding, errors="replace"), encoding, (warning,)


class _MixedLines:
    """The lines of a file of which some are not UTF-8: broken ones, and ones of another program."""

    def __init__(self, data: bytes) -> None:
        raw_lines = data.split(b"\n")
        self._lines = [line.decode("utf-8", errors="replace") for line in raw_lines]
        self._broken: list[int] = []
        self._foreign: dict[int, bytes] = {}
        beyond_ascii = 0
        for number, line in enumerate(raw_lines):
            if line.isascii():
                continue
            beyond = _beyond_ascii(line)
            beyond_ascii += beyond
            if not _is_utf8(line):
                text = self._lines[number]
                if beyond < _FEWEST_BYTES or _letters_in(text) > text.count("\ufffd"):
                    self._broken.append(number)
                else:
                    self._foreign[number] = line
        foreign = sum(map(_beyond_ascii, self._foreign.values()))
        has_letters = any(map(_letters_in, self._lines))
        self.are_utf8 = has_letters and beyond_ascii - foreign > beyond_ascii * _LEAST_UTF8
        """Whether the file as a whole is UTF-8."""
        self._encoding = guess_code_page(b"\n".join(self._foreign.values()))

    def text(self) -> str:
        """Return all lines, each read in its own encoding."""
        lines = list(self._lines)
        for number, line in self._foreign.items():
            lines[number] = line.decode(self._encoding, errors="replace")
        return "\n".join(lines)

    def warnings(self, note: NoteId) -> Iterator[NoteWarning]:
        """Say where lines are not UTF-8."""
        if self._foreign:
            count = len(self._foreign)
            what = (
                f"{count} lines are not UTF-8; they were"
                if count > 1
                else "a line is not UTF-8; it was"
            )
            yield _not_utf8(note, min(self._foreign) + 1, f"{what} read as {self._encoding}")
        if self._broken:
            yield _broken_bytes(note, self._broken[0] + 1, "UTF-8")


def _beyond_ascii(line: bytes) -> int:
    return len(line) - len(line.translate(None, _BEYOND_ASCII))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _letters_in(text: str) -> int:
    return sum(letter > "\x7f" and letter != "\ufffd" for letter in text)


def _not_utf8(note: NoteId, line: int, message: str) -> NoteWarning:
    return NoteWarning(
        note=note,
        line=line,
        message=message,
        hint="save it as UTF-8 to be sure that every letter is right",
        code="not_utf8",
    )


def _broken_bytes(note: NoteId, line: int, encoding: str) -> NoteWarning:
    return NoteWarning(
        note=note,
        line=line,
        message=f"bytes that are not {encoding} were replaced by U+FFFD",
        hint="save the file as UTF-8",
        code="broken_bytes",
    )
