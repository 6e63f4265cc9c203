"""The server's side of the `managed` driver: starts the supervisor and listens to it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import server
from kb.errors import SandboxError
from kb.reasons import is_sandbox_reason
from server.sandbox.driver import Endpoint
from server.sandbox.identity import forget_id, read_id
from server.sandbox.managed.config import SupervisorConfig
from server.sandbox.settings import SandboxSettings

_TOOLS = ("ip", "iptables", "mount", "mkfs.ext4")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_STOP_PATIENCE_S = 30.0
_PACKAGES_HINT = "on Debian and Ubuntu: apt-get install docker.io iproute2 iptables"


def find_dockerd() -> str:
    """Return the path of a dockerd binary; empty where there is none."""
    return shutil.which("dockerd", path=_PATH) or ""


def why_not_managed() -> SandboxError | None:
    """Return what keeps this machine from running a daemon of its own; None where nothing does."""
    if not sys.platform.startswith("linux"):
        return SandboxError(
            "a sandbox daemon of its own needs Linux",
            reason="needs_linux",
            hint="use KB_SANDBOX=dind with Docker Desktop",
        )
    if not find_dockerd():
        return SandboxError(
            "there is no dockerd program on this machine", reason="no_dockerd", hint=_PACKAGES_HINT
        )
    missing = [tool for tool in _TOOLS if shutil.which(tool, path=_PATH) is None]
    if missing:
        return SandboxError(
            f"missing programs: {', '.join(missing)}",
            reason="missing_programs",
            hint=_PACKAGES_HINT,
        )
    if os.geteuid() != 0 and not _may_sudo():
        return SandboxError(
            "starting the sandbox daemon needs root",
            reason="needs_root",
            hint="run as root, or let this user run sudo without a password",
        )
    return None


class ManagedDriver:
    """Our own dockerd, in namespaces of its own.

    Args:
        settings: Where it lives and what it may take.
    """

    name = "managed"

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._events: queue.SimpleQueue[_Event | None] = queue.SimpleQueue()

    def start(self) -> Endpoint:
        """Start the supervisor and wait until dockerd has made its socket.

        Raises:
            SandboxError: It cannot be started here.
        """
        reason = why_not_managed()
        if reason is not None:
            raise reason
        self.stop()
        config = self._config()
        self._process = _start_supervisor(config)
        self._events = queue.SimpleQueue()
        reader = threading.Thread(
            target=_read_events, args=(self._process, self._events), daemon=True
        )
        reader.start()
        address, warning = self._await_socket()
        return Endpoint(
            base_url=f"unix://{config.socket_path}",
            label=config.label,
            ports_host=address,
            unlimited_data=warning,
        )

    def stop(self) -> None:
        """End the supervisor, which ends everything else, and wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            _close_input(process)
        try:
            process.wait(_STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def why_no_reset(self) -> None:
        """All that there is was made for the sandbox."""

    def reset(self) -> None:
        """Delete the daemon's data; the id and with it the label change too."""
        self.stop()
        folder = self._settings.sandbox_dir
        (folder / "data.img").unlink(missing_ok=True)
        forget_id(folder)
        if (folder / "data").exists():
            self._delete_folder(folder / "data")

    def alive(self) -> bool:
        """Tell whether the supervisor, and so dockerd, is there."""
        return self._process is not None and self._process.poll() is None

    # --- inside --------------------------------------------------------------------------

    def _await_socket(self) -> tuple[str, str]:
        """Return the sandbox's address, and what is weaker than it should be."""
        warning = ""
        while True:
            try:
                event = self._events.get(timeout=self._settings.start_timeout_s)
            except queue.Empty:
                event = None
            if event is None or event.name in {"failed", "ended"}:
                self.stop()
                raise self._failure(event)
            if event.name == "started":
                warning = event.message
            if event.name == "socket":
                return event.address, warning

    def _failure(self, event: _Event | None) -> SandboxError:
        log = self._settings.sandbox_dir / "dockerd.log"
        said = event.message if event else "it said nothing in time"
        hint = event.hint if event and event.hint else f"its log is {log}"
        reason = event.reason if event else ""
        return SandboxError(
            f"the sandbox daemon did not start: {said}{_last_error(log)}",
            reason=reason if is_sandbox_reason(reason) else "start_failed",
            hint=hint,
        )

    def _config(self) -> SupervisorConfig:
        settings, limits = self._settings, self._settings.limits
        folder = settings.sandbox_dir
        sandbox_id = read_id(folder)
        return SupervisorConfig(
            sandbox_id=sandbox_id,
            data_dir=str(folder.resolve()),
            run_dir=f"/run/kb-sandbox/{sandbox_id.replace('-', '')[:12]}",
            dockerd=find_dockerd(),
            owner_uid=os.getuid(),
            owner_gid=os.getgid(),
            memory_bytes=min(limits.memory_bytes, _three_quarters_of_memory()),
            cpus=limits.usable_cpus,
            pids=limits.pids,
            disk_bytes=limits.disk_bytes,
            mirror=settings.mirror,
            egress=settings.egress,
        )

    @staticmethod
    def _delete_folder(folder: Path) -> None:
        if os.geteuid() == 0:
            shutil.rmtree(folder)
            return
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            ["sudo", "-n", "rm", "-rf", "--", str(folder)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SandboxError(f"cannot delete {folder}: {done.stderr.strip()}", reason="data_kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One line of the supervisor's."""

    name: str
    message: str = ""
    hint: str = ""
    reason: str = ""
    """The `SandboxReason` of a failure; empty where none was told."""
    address: str = ""


def _start_supervisor(config: SupervisorConfig) -> subprocess.Popen[str]:
    package_root = str(Path(server.__file__).resolve().parent.parent)
    command = [sys.executable, "-m", "server.sandbox.managed.supervisor"]
    if os.geteuid() != 0:
        command = ["sudo", "-n", "env", f"PYTHONPATH={package_root}", *command]
    process = subprocess.Popen(  # noqa: S603 - our own words, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        env={"PATH": _PATH, "PYTHONPATH": package_root, "LC_ALL": "C.UTF-8"},
        start_new_session=True,  # a Ctrl+C for the server is not one for the daemon
    )
    if process.stdin is not None:
        process.stdin.write(config.to_json() + "\n")
        process.stdin.flush()
    return process


def _read_events(process: subprocess.Popen[str], events: queue.SimpleQueue[_Event | None]) -> None:
    if process.stdout is None:
        return
    with process.stdout as lines:
        for line in lines:
            with contextlib.suppress(ValueError):
                fields = json.loads(line)
                name = fields.pop("event", "")
                events.put(_Event(name=name, **fields))
    events.put(None)


def _close_input(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _last_error(log: Path) -> str:
    """Return the last line of dockerd's log that tells of a failure, after a colon."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if "level=fatal" in line or line.startswith("failed to")]
    last = telling[-1] if telling else (lines[-1] if lines else "")
    return f": {last[-400:]}" if last else ""


def _three_quarters_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4


def _may_sudo() -> bool:
    if shutil.which("sudo") is None:
        return False
    done = subprocess.run(
        ["sudo", "-n", "true"],  # noqa: S607
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
