"""How the command line writes a run's output."""

from __future__ import annotations

import io

import pytest

from server.cli_run import write_output


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "written"),
    [(_Terminal(), "\x1b[31mred\x1b[0mplain"), (io.StringIO(), "redplain")],
)
def test_colours_are_for_terminals_and_end_with_their_piece(
    stream: io.StringIO, written: str
) -> None:
    write_output("\x1b[31mred", stream)
    write_output("plain", stream)
    assert stream.getvalue() == written
