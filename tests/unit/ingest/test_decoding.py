from __future__ import annotations

import codecs
import time
import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding import decode_note
from kb.errors import VaultError
from kb.model import NoteId

NOTE = NoteId("a.md")
NFC = partial(unicodedata.normalize, "NFC")
RUSSIAN = "# Заметка\nСписок работающих контейнеров, ещё и образов.\n`docker ps -a`\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32-le"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32-be"),
        ("utf-32-le", b"", "utf-32-le"),
        ("utf-32-be", b"", "utf-32-be"),
    ],
)
def test_unicode(encoding: str, mark: bytes, name: str) -> None:
    decoded = decode_note(NOTE, mark + RUSSIAN.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.warnings) == (RUSSIAN, name, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    ["да", "Всё на одной строке и без латиницы, только слова. " * 9, "表格\n中文\n", "🐳 кит\n"],
)
def test_unicode_without_a_mark(encoding: str, text: str) -> None:
    decoded = decode_note(NOTE, text.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.warnings) == (text, encoding, ())


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF16_LE])
def test_utf16_that_ends_within_a_character(mark: bytes) -> None:
    decoded = decode_note(NOTE, mark + RUSSIAN.encode("utf-16-le") + b"\x34")
    assert decoded.text == f"{RUSSIAN}\ufffd"
    assert (decoded.warnings[0].line, decoded.warnings[0].code) == (4, "broken_bytes")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866"])
@pytest.mark.parametrize(
    "text", [RUSSIAN.upper(), "ПРОБЛЕМЫ И ОШИБКИ\n", "Тест", "удаляет контейнер", "Ключ -v\tтом"]
)
def test_russian_code_pages_are_told_apart(encoding: str, text: str) -> None:
    assert decode_note(NOTE, text.encode(encoding)).text == text


def test_lines_of_two_encodings_are_each_read_in_their_own() -> None:
    old = "# Старое\nстрока из другой программы\n"
    decoded = decode_note(NOTE, RUSSIAN.encode() + old.encode("cp1251") + RUSSIAN.encode())
    assert decoded.text == RUSSIAN + old + RUSSIAN
    assert decoded.encoding == "utf-8"
    (warning,) = decoded.warnings
    assert (warning.line, warning.code) == (4, "not_utf8")
    assert "cp1251" in warning.message


def test_control_characters_of_a_terminal_make_no_binary_file() -> None:
    text = "Прервал: ^C\x03, потом \x01\x02\x0b\x1c.\n"
    assert decode_note(NOTE, text.encode()).text == text


def test_further_marks_at_the_beginning_are_left_out() -> None:
    assert decode_note(NOTE, codecs.BOM_UTF8 * 2 + b"# a").text == "# a"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866"])
def test_russian_code_pages_are_found_and_said(encoding: str) -> None:
    decoded = decode_note(NOTE, b"# Title\n\n" + RUSSIAN.encode(encoding))
    assert decoded.text.endswith(RUSSIAN)
    assert decoded.encoding == encoding
    assert decoded.warnings[0].line == 3
    assert encoding in decoded.warnings[0].message


def test_western_text() -> None:
    decoded = decode_note(NOTE, "Café, naïve, résumé\n".encode("cp1252"))
    assert (decoded.text, decoded.encoding) == ("Café, naïve, résumé\n", "cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_decomposed_letters_are_put_together(encoding: str) -> None:
    decomposed = unicodedata.normalize("NFD", "Ёлка и йод\n")
    assert decode_note(NOTE, decomposed.encode(encoding)).text == "Ёлка и йод\n"


def test_other_characters_stay_as_they_are() -> None:
    text = "docker ps\u037e \u1fef \u212a 1\u0301\n"
    assert decode_note(NOTE, text.encode()).text == text


def test_a_heap_of_marks_takes_no_time() -> None:
    text = "a" + "\u0301\u0323" * 1_000_000
    started = time.monotonic()
    assert decode_note(NOTE, text.encode()).text.endswith("\u0301\u0323")
    assert time.monotonic() - started < 5


def test_broken_utf8_stays_utf8() -> None:
    data = RUSSIAN.encode() * 20 + b"\xd0\nlast"
    decoded = decode_note(NOTE, data)
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert decoded.warnings[0].line == 61


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4,
        b"\x7fELF" + bytes(1000),
        bytes(range(256)) * 10,
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(range(0, 256, 3)) * 9,
    ],
)
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(VaultError, match="binary") as caught:
        decode_note(NOTE, data)
    assert caught.value.code == "note_binary"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        (b"a\x0bb\x0cc\xe2\x80\xa8d", "a\x0bb\x0cc\u2028d"),
        (b"", ""),
        (b"\xef\xbb\xbf", ""),
    ],
)
def test_line_ends_are_those_of_editors(data: bytes, text: str) -> None:
    assert decode_note(NOTE, data).text == text


def test_a_single_null_is_replaced() -> None:
    decoded = decode_note(NOTE, "строка\nвторая \0 тут\n".encode())
    assert "\0" not in decoded.text
    assert decoded.warnings[0].line == 2


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        decoded = decode_note(NOTE, data)
    except VaultError:
        return
    assert "\r" not in decoded.text
    decoded.text.encode("utf-8")


@given(st.text())
def test_utf8_text_comes_back(text: str) -> None:
    try:
        decoded = decode_note(NOTE, text.encode())
    except VaultError:
        return
    if decoded.encoding == "utf-8" and "\0" not in text:
        expected = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        assert NFC(decoded.text) == NFC(expected)
