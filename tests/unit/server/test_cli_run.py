"""How the command line writes a run's output."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from server.cli.run import write_output

_WRITES_ON = """
import sys
from server.cli.run import write_output
from server.cli.shared import telling_errors

@telling_errors
def write():
    while True:
        write_output("y\\n", sys.stdout)

try:
    write()
except Exception as ended:
    sys.exit(ended.exit_code)
"""


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


def test_a_closed_pipe_ends_a_command_as_a_shell_tells_of_it() -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITES_ON], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"y\n"
    writer.stdout.close()
    assert writer.stderr is not None
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(30) == 141
