"""Where the server listens, what it says about that, and what a shell learns of the commands."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from server.cli.serve import _announce
from server.origins import OwnOrigins
from server.serving import ServerThread, listen, port_of
from server.settings import read_settings
from server.state import StateFolder
from server.wiring import Runtime
from tests.unit.server.conftest import TOKEN, Bench


def has_ipv6_loopback() -> bool:
    """Whether this system has `::1`."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not has_ipv6_loopback(), reason="NO ::1 on this system")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_had_in_both_families(bench: Bench, host: str) -> None:
    sockets = listen(host, 0)
    port = port_of(sockets[0])
    assert {each.getsockname()[:2] for each in sockets} == {("127.0.0.1", port), ("::1", port)}
    own = OwnOrigins(host=host, port=port)
    bench.services.access.origins._own.update(own._own)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with ServerThread(bench.app, bench.services, sockets):
        for name in ("127.0.0.1", "[::1]"):
            url = f"http://{name}:{port}/api/runs"
            assert httpx.get(url, headers=headers, trust_env=False).status_code == 200
            assert httpx.get(url, trust_env=False).status_code == 401
    for each in sockets:
        each.close()


@pytest.mark.parametrize(
    ("host", "is_open"), [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("::", True)]
)
def test_listening_for_other_machines_is_told_loudly(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str, is_open: bool
) -> None:
    settings = read_settings(notes=bench.notes, host=host, token=TOKEN)
    folder = StateFolder(tmp_path / "state")
    folder.acquire()
    runtime = Runtime(app=bench.app, services=bench.services, closers=contextlib.ExitStack())
    _announce(settings, folder, runtime, 8765)
    folder.release()
    told = capsys.readouterr()
    assert (f"WARNING: listening on {host}" in told.err) is is_open
    assert told.out.endswith(f"/#token={TOKEN}\n")
    assert TOKEN not in told.err


def completed(shell: str, instruction: str, **variables: str) -> str:
    code = "from server.cli.program import app; app(prog_name='kb')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "_KB_COMPLETE": f"{instruction}_{shell}", **variables},
    )
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    script = completed(shell, "source")
    assert "_KB_COMPLETE=complete_" + shell in script


@pytest.mark.parametrize(
    ("words", "place", "offered"),
    [
        ("kb s", "1", {"serve", "search", "sandbox"}),
        ("kb sandbox st", "2", {"status", "start", "stop"}),
        ("kb ask --j", "2", {"--json"}),
    ],
)
def test_a_shell_is_offered_what_fits(words: str, place: str, offered: set[str]) -> None:
    given = completed("bash", "complete", COMP_WORDS=words, COMP_CWORD=place)
    assert set(given.split()) == offered
