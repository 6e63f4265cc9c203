"""From a file's bytes to text: encodings, byte order marks, line ends, binary files."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from kb.errors import VaultError
from kb.model import NoteId, NoteWarning

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_RUSSIAN: Final = ("cp1251", "koi8_r", "cp866")
_MIXED_WORD: Final = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_COMMON_RUSSIAN: Final = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф")
_CONTROL: Final = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}
_SAMPLE_BYTES: Final = 65536
_MOST_CONTROL: Final = 0.005
"""Share of control bytes above which a file is no text."""
_MOST_BROKEN: Final = 0.02
"""Share of undecodable bytes below which a file is broken UTF-8, not another encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """A note's text, and what was odd about its bytes."""

    text: str
    """Lines end with `\\n`; a byte order mark is left out."""
    encoding: str
    warnings: tuple[NoteWarning, ...] = ()


def decode_note(note: NoteId, data: bytes) -> DecodedText:
    r"""Decode a note: UTF-8, UTF-16 and UTF-32 with or without a mark, else a legacy code page.

    `\r\n` and a lone `\r` become `\n`, so that lines are counted as editors count them.

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
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return DecodedText(text=text, encoding=encoding, warnings=warnings)


def _decode(note: NoteId, data: bytes) -> tuple[str, str, tuple[NoteWarning, ...]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_marked(note, data[len(mark) :], encoding)
    wide = _unmarked_utf16(data)
    if wide is not None:
        return data.decode(wide, errors="replace"), wide, ()
    if _is_binary(data):
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
    line = data.count(b"\n", 0, error.start) + 1
    lenient = data.decode("utf-8", errors="replace")
    if lenient.count("\ufffd") <= len(data) * _MOST_BROKEN and _has_multibyte(lenient):
        return lenient, "utf-8", (_broken_bytes(note, line, "UTF-8"),)
    encoding = _guess_legacy(data)
    warning = NoteWarning(
        note=note,
        line=line,
        message=f"the file is not UTF-8; it was read as {encoding}",
        hint="save it as UTF-8 to be sure that every letter is right",
        code="not_utf8",
    )
    return data.decode(encoding, errors="replace"), encoding, (warning,)


def _guess_legacy(data: bytes) -> str:
    """Return the code page under which most letters beyond ASCII are common Russian ones.

    Lower-case letters of `cp1251`, `koi8_r` and `cp866` lie in different places, so the wrong
    code page gives capitals, rare letters and box drawings. Where letters beyond ASCII stand
    within words of ASCII letters (`café`), the text is Western.
    """
    start = data[:_SAMPLE_BYTES]
    sample = bytes(byte for byte in start if byte >= 0x80)
    if len(_MIXED_WORD.findall(start)) * 2 > len(sample):
        return "cp1252"
    scores = {encoding: _russian_score(sample, encoding) for encoding in _RUSSIAN}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > 0 else "cp1252"


def _russian_score(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, errors="replace")
    if not text:
        return 0.0
    common = sum(1 for letter in text if letter in _COMMON_RUSSIAN)
    strange = sum(1 for letter in text if not ("а" <= letter.lower() <= "я" or letter in "ёЁ«»—–№"))
    return (common - strange) / len(text)


def _unmarked_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the zero bytes of its ASCII characters."""
    sample = data[: _SAMPLE_BYTES & ~1]
    if len(sample) < 4 or len(data) % 2:
        return None
    for encoding, zeros, others in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        line_ends = others.count(b"\n")
        share = zeros.count(0) / len(zeros)
        if others.count(0) == 0 and share > 0.1 and (share > 0.6 or line_ends):
            return encoding
    return None


def _is_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE_BYTES]
    control = sum(sample.count(byte) for byte in _CONTROL)
    return control > max(1, len(sample) * _MOST_CONTROL)


def _has_multibyte(text: str) -> bool:
    return any(letter > "\x7f" and letter != "\ufffd" for letter in text)


def _broken_bytes(note: NoteId, line: int, encoding: str) -> NoteWarning:
    return NoteWarning(
        note=note,
        line=line,
        message=f"bytes that are not {encoding} were replaced by U+FFFD",
        hint="save the file as UTF-8",
        code="broken_bytes",
    )
