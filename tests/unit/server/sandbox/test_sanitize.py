from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sandbox.sanitize import TerminalText, cut_text, make_safe


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hclear", "clear"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;Y29weQ==\x07", ""),
        ("\x1bP1$r0m\x1b\\after", "after"),
        ("\x9b31mred", "red"),
        ("\x1b(Bcharset", "charset"),
        ("\x1bcreset", "reset"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("bell\x07 back\x08space\x00", "bell backspace"),
        ("line\r\nline\r\n", "line\nline\n"),
        ("10%\r20%\r\n", "10%\r20%\n"),
        ("Привет, мир ✓\n", "Привет, мир ✓\n"),
        ("\x1b", ""),
    ],
)
def test_only_text_is_left(raw: str, shown: str) -> None:
    assert make_safe(raw) == shown


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_sequences_and_characters_cut_by_a_piece_are_put_together(size: int) -> None:
    raw = "a\x1b[1;31mПривет\x1b]0;t\x07\r\nend✓".encode()
    text = TerminalText()
    shown = "".join(text.feed(raw[at : at + size]) for at in range(0, len(raw), size))
    assert shown + text.finish() == "a\x1b[1;31mПривет\nend✓"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x1b[m", "\x1b[31mred\x1b[0m \x1b[m"),
        ("\x1b[1;4;93mbold\x1b[22;39m", "\x1b[1;4;93mbold\x1b[22;39m"),
        ("\x1b[8mhidden", "hidden"),
        ("\x1b[1;8mhidden", "hidden"),
        ("\x1b[30;40mblack on black", "black on black"),
        ("\x1b[38;5;16mlost", "lost"),
        ("\x1b[5mblinking", "blinking"),
        ("\x1b[31 mno colour", "no colour"),
        ("\x1b[?31mno colour", "no colour"),
        ("\x9b31mone character", "one character"),
        ("\x1b[2J\x1b]0;title\x07\x1b[1mbold", "\x1b[1mbold"),
        ("\x1b[\u202e31mred", "[31mred"),
        ("\x1b\x1b[31mred", "\x1b[31mred"),
    ],
)
def test_of_all_sequences_a_stream_keeps_colours(raw: str, shown: str) -> None:
    text = TerminalText()
    assert text.feed(raw.encode()) + text.finish() == shown


@pytest.mark.parametrize("most_chars", range(12))
def test_a_cut_does_not_end_inside_a_colour(most_chars: int) -> None:
    cut = cut_text("ab\x1b[1;31mcd", most_chars)
    assert "ab\x1b[1;31mcd".startswith(cut)
    assert make_safe(cut) in {"", "a", "ab", "abc", "abcd"}
    assert cut.endswith(("m", "a", "b", "c", "d")) or not cut


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    text = TerminalText()
    assert text.feed(b"\xff\xfeok") + text.finish() == "\ufffd\ufffdok"


def test_an_endless_sequence_does_not_hold_the_output_forever() -> None:
    text = TerminalText()
    shown = "".join(text.feed(b"x" * 1000) for _ in range(2))
    text.feed(b"\x1b]0;" + b"y" * 10_000)
    assert shown == "x" * 2000
    assert "after" in text.feed(b"after\n"), "it comes before the stream has ended"


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_nothing_dangerous_gets_through_however_it_is_cut(pieces: list[bytes]) -> None:
    text = TerminalText()
    shown = "".join(text.feed(piece) for piece in pieces) + text.finish()
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not {char for char in without_colours if char < " "} - {"\n", "\t", "\r"}
    assert not set(without_colours) & {"\x9b", "\u202e", "\u2066", "\u200b", "\x7f"}
    assert make_safe(shown) == without_colours.replace("\r\n", "\n")


@given(st.text(alphabet="abc \n\x1b[]0;m\x07\r", max_size=60), st.integers(1, 59))
def test_a_cut_changes_nothing(text: str, at: int) -> None:
    whole, cut = TerminalText(), TerminalText()
    raw = text.encode()
    together = whole.feed(raw) + whole.finish()
    assert cut.feed(raw[:at]) + cut.feed(raw[at:]) + cut.finish() == together


@pytest.mark.parametrize("piece", ["\x9d", "\x1b]", "\x1b[", "\x9b", "\x1b]\x1b"])
def test_hostile_output_takes_no_more_time_than_other(piece: str) -> None:
    text = TerminalText()
    begun = time.monotonic()
    for _ in range(8):
        text.feed((piece * 16_000).encode())
    text.finish()
    assert time.monotonic() - begun < 20
