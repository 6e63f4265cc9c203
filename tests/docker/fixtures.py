"""A real sandbox daemon with a registry mirror, once for all tests that want one.

Import the fixtures you need in a conftest: `registry_mirror`, `sandbox_folder` and `live_sandbox`.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kb.commands.actions import Action
from kb.model import CommandRun, RunId, RunOrigin, RunState
from server.sandbox.managed.driver import why_not_managed
from server.sandbox.run import Run
from server.sandbox.runner.job import Job
from server.sandbox.runner.perform import perform
from server.sandbox.service import Sandbox
from server.sandbox.settings import RunLimits, SandboxLimits, SandboxSettings
from tests.docker.images import IMAGES
from tests.docker.registry import missing_programs, serve_registry

_GIB = 1024**3


def require_daemon() -> None:
    """Skip, saying loudly why, where no sandbox daemon can be had; fail where one must be.

    `KB_TEST_DOCKER=require` makes a missing daemon a failure.
    """
    reason = why_not_managed()
    missing = missing_programs()
    if reason is None and not missing:
        return
    said = reason.message if reason else f"missing programs: {', '.join(missing)}"
    if os.environ.get("KB_TEST_DOCKER") == "require":
        pytest.fail(f"a sandbox daemon is required: {said}")
    pytest.skip(f"NO SANDBOX DAEMON, so nothing of it is tested: {said}")


@pytest.fixture(scope="session")
def registry_mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a registry that stands for Docker Hub, with `tests.docker.images.IMAGES`."""
    require_daemon()
    with serve_registry(tmp_path_factory.mktemp("registry"), IMAGES) as url:
        yield url


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of `live_sandbox`."""
    folder = tmp_path_factory.mktemp("sandbox")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def live_sandbox(registry_mirror: str, sandbox_folder: Path) -> Iterator[Sandbox]:
    """A started sandbox with the `managed` driver and the mirror."""
    sandbox = Sandbox(sandbox_settings(sandbox_folder, mirror=registry_mirror))
    try:
        sandbox.start()
        yield sandbox
    finally:
        sandbox.close()


def sandbox_settings(folder: Path, *, mirror: str = "", **more: object) -> SandboxSettings:
    """Return settings for a sandbox of a test's own."""
    values: dict[str, object] = {
        "state_dir": folder,
        "mode": "managed",
        "mirror": mirror,
        "limits": SandboxLimits(memory_bytes=2 * _GIB, disk_bytes=_GIB, pids=1024),
        "run_limits": RunLimits(time_s=120),
        **more,
    }
    return SandboxSettings(**values)  # type: ignore[arg-type]


def run_to_end(
    sandbox: Sandbox,
    text: str,
    *,
    confirm: bool = True,
    files: Mapping[str, bytes] | None = None,
    note: str = "",
) -> CommandRun:
    """Run a command line and return its run once it is over."""
    origin = RunOrigin(who="test")
    started = sandbox.runs.start(text, confirm=confirm, origin=origin, files=files, note=note)
    for _ in sandbox.runs.events(started.id):
        pass
    return sandbox.runs.get(started.id)


def perform_on(
    sandbox: Sandbox, action: Action, *, files: Mapping[str, bytes] | None = None
) -> CommandRun:
    """Execute an action without grammar and policy, and return it as a run that is over."""
    run = Run(RunId("direct"), type(action).__name__, RunLimits())
    engine = sandbox.engine()
    with engine.client() as client:
        code = perform(action, Job(engine=engine, client=client, run=run, files=files or {}))
    run.end(RunState.EXITED, code)
    return run.snapshot()


def said_to_a_download(sandbox: Sandbox, url: str) -> str:
    """Return the error of a build that downloads, asked of the daemon itself; empty without one."""
    dockerfile = io.BytesIO(f"FROM busybox\nADD {url} /got\n".encode())
    with sandbox.engine().client() as client:
        messages = [*client.build(fileobj=dockerfile, rm=True, nocache=True, decode=True)]
    return "".join(str(each.get("error", "")) for each in messages)
