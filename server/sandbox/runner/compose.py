"""`docker compose`: the note's file, read by the policy, run by the real Compose program.

The program talks to the daemon through a filtering socket and sees nothing of this machine but a
folder with the file and the note's other files in it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypedDict

from kb.commands.actions import RunCompose
from kb.commands.own_files import check_project
from server.sandbox.runner.compose_files import DEFAULT_PROJECT, KeptFiles, find_file
from server.sandbox.runner.compose_program import environment, find_compose, write_config
from server.sandbox.runner.context import place_inside
from server.sandbox.runner.filter_socket import serve_filter
from server.sandbox.runner.gate import Gate
from server.sandbox.runner.job import Job, execute

UNIX_SOCKETS = hasattr(socket, "AF_UNIX")
"""Windows has none."""
_STOP_PATIENCE_S = 12.0
_BLOCK_BYTES = 64 * 1024


@execute.register
def run_compose(action: RunCompose, job: Job) -> int:
    """Any offered command of Compose."""
    program = find_compose()
    with tempfile.TemporaryDirectory(prefix="kb-compose-") as name:
        folder = Path(name)
        options = [] if not action.needs_file else _lay_out(action, job, folder / "project")
        gate = Gate(endpoint=job.engine.endpoint, rules=job.rules, language=job.language)
        command = [*program, *options, action.verb, *action.arguments, *action.services]
        job.sent["compose"] = command[len(program) :]
        job.sent["requests"] = gate.sent
        with serve_filter(gate, folder=folder if UNIX_SOCKETS else None) as address:
            write_config(folder, address)
            code = _run_program(command, folder, environment(folder, address), job)
        for refusal in dict.fromkeys(gate.refused):
            job.say("request_refused", text=refusal)
        return code


def _lay_out(action: RunCompose, job: Job, folder: Path) -> list[str]:
    """Write the checked file and the note's others, and return the options that name them."""
    kept = KeptFiles(job.compose_dir)
    found = find_file(action.project, job.files, kept)
    checked = check_project(
        found.text, action, job.files,
        host_ip=job.engine.endpoint.ports_host, rules=job.rules, language=job.language,
    )  # fmt: skip
    if found.remark is not None:
        job.run.say(found.remark)
    for note in checked.notes:
        job.say("note", text=note)
    project = action.project.name or DEFAULT_PROJECT
    folder.mkdir()
    for path, data in job.files.items():
        target = folder / place_inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    file = folder / "docker-compose.yaml"
    file.write_text(checked.text)
    if action.verb in {"up", "create"}:
        kept.keep(project, found.text)
    options = [f"--project-name={project}", f"--file={file}", f"--project-directory={folder}"]
    return [*options, *(f"--profile={profile}" for profile in action.project.profiles)]


def _run_program(command: list[str], folder: Path, environment: dict[str, str], job: Job) -> int:
    process = subprocess.Popen(  # noqa: S603 - words that passed the policy, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        **_apart(),
    )
    readers = [
        threading.Thread(target=_copy, args=(process.stdout, job.run.stdout)),
        threading.Thread(target=_copy, args=(process.stderr, job.run.stderr)),
    ]
    with process, job.run.on_stop(lambda: _interrupt(process)):
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        code = process.wait()
    return code if code >= 0 else 128 - code


def _copy(source: IO[bytes] | None, write: Callable[[bytes], None]) -> None:
    if source is not None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(source.fileno(), _BLOCK_BYTES):
                write(data)


class _Apart(TypedDict, total=False):
    """How a program is started so that a signal for it is not one for us."""

    start_new_session: bool
    creationflags: int


def _apart() -> _Apart:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """End the program as Ctrl+C would, so that it stops its containers; kill it if it lingers."""
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
