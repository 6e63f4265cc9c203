"""The `dind` driver: makes the sandbox's container, starts it anew each time, takes it away."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kb.errors import SandboxError
from server.sandbox.builtin_image import make_tar
from server.sandbox.connection import why_closed
from server.sandbox.dind.body import EngineFacts, container_body, object_name
from server.sandbox.dind.certificates import Certificates, make_certificates
from server.sandbox.dind.discovery import find_host_engine
from server.sandbox.dind.host_engine import OBJECT_KINDS, HostEngine, ObjectKind
from server.sandbox.dind.inside import API_PORT, FOLDER, PATH_FILE, start_script
from server.sandbox.dind.loopback import free_ports
from server.sandbox.dind.port_slots import SLOTS, PortSlots
from server.sandbox.driver import Endpoint, TlsFiles
from server.sandbox.identity import forget_id, label_of, read_id
from server.sandbox.settings import SandboxSettings

_RETRY_EVERY_S = 0.1
_UNLIMITED = "the size of its data is not limited"


def why_not_dind() -> SandboxError | None:
    """Return what keeps the user's engine from running a sandbox; None where one answers."""
    try:
        find_host_engine()
    except SandboxError as error:
        return error
    return None


class DindDriver:
    """A dockerd in a container of the user's engine.

    Args:
        settings: Where its certificates live and what it may take.
        find_engine: Finds the user's engine.
    """

    name = "dind"

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        find_engine: Callable[[], HostEngine] = find_host_engine,
    ) -> None:
        self._settings = settings
        self._find_engine = find_engine
        self._engine: HostEngine | None = None
        """The engine that runs the container; None while none does."""
        self._container = ""

    def start(self) -> Endpoint:
        """Make the container, start it, and wait until its daemon takes connections.

        Raises:
            SandboxError: It cannot be had here.
        """
        self.stop()
        engine = self._find_engine()
        facts = engine.facts()
        _check_usable(facts)
        sandbox_id = read_id(self._settings.sandbox_dir)
        engine.ensure_image(self._settings.dind_image)
        certificates, ports = make_certificates(), _choose_ports(facts)
        self._make_container(
            engine, container_body(self._settings, sandbox_id, facts, ports=ports), certificates
        )
        self._engine, self._container = engine, object_name(sandbox_id)
        try:
            engine.start(self._container)
            tls = certificates.keep_client(self._settings.sandbox_dir / "tls")
            return self._await_daemon(engine, _endpoint(engine, sandbox_id, ports, tls))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the container; its volume stays."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop(self._container)

    def why_no_reset(self) -> None:
        """All that there is was made for the sandbox."""

    def reset(self) -> None:
        """Remove the container, its network and its volume; the id and with it the label change.

        Raises:
            SandboxError: The engine does not answer, or an object of that name is not ours.
        """
        self.stop()
        engine = self._find_engine()
        sandbox_id = read_id(self._settings.sandbox_dir)
        for kind in _own_objects(engine, sandbox_id):
            engine.remove(kind, object_name(sandbox_id))
        forget_id(self._settings.sandbox_dir)

    def alive(self) -> bool:
        """Tell whether the container runs; it ends with its dockerd."""
        if self._engine is None:
            return False
        try:
            found = self._engine.inspect(self._container)
        except SandboxError:
            return False
        return found is not None and found.running

    # --- inside --------------------------------------------------------------------------

    def _make_container(
        self, engine: HostEngine, body: Mapping[str, object], certificates: Certificates
    ) -> None:
        """Make the container anew, and its network and volume unless they are there."""
        sandbox_id = read_id(self._settings.sandbox_dir)
        name, there = object_name(sandbox_id), _own_objects(engine, sandbox_id)
        if "container" in there:
            engine.remove("container", name)
        if "network" not in there:
            engine.create_network(name, sandbox_id)
        if "volume" not in there:
            engine.create_volume(name, sandbox_id)
        engine.create_container(name, body)
        script = start_script(self._settings.egress, self._settings.mirror)
        engine.put_files(name, _files(script, certificates))

    def _await_daemon(self, engine: HostEngine, endpoint: Endpoint) -> Endpoint:
        """Return where the daemon is, with the container's address, once it takes connections."""
        deadline = time.monotonic() + self._settings.start_timeout_s
        while True:
            found = engine.inspect(self._container)
            if found is None or not found.running:
                raise _failure(engine.last_words(self._container) if found else ())
            reason = why_closed(endpoint.base_url, endpoint.tls)
            if reason is None:
                return replace(endpoint, ports_host=found.address)
            if time.monotonic() > deadline:
                raise _unreachable(endpoint, reason)
            time.sleep(_RETRY_EVERY_S)


def _check_usable(facts: EngineFacts) -> None:
    if facts.os_type != "linux":
        raise SandboxError(
            f"your Docker Engine runs {facts.os_type} containers, the sandbox needs Linux ones",
            reason="windows_containers",
            hint="choose `Switch to Linux containers` in Docker Desktop's menu",
        )
    if facts.rootless:
        raise SandboxError(
            "your Docker Engine is rootless: a sandbox daemon cannot run in it",
            reason="rootless_engine",
            hint="use an engine that runs as root, or KB_SANDBOX=managed on Linux",
        )


def _own_objects(engine: HostEngine, sandbox_id: str) -> list[ObjectKind]:
    """Return which of our objects are there, in the order in which they can be removed.

    Raises:
        SandboxError: An object of our name is there, and it is somebody else's.
    """
    name, found = object_name(sandbox_id), []
    for kind in OBJECT_KINDS:
        owner = engine.owner_of(kind, name)
        if owner is None:
            continue
        if owner != sandbox_id:
            raise SandboxError(
                f"the {kind} {name} in your Docker Engine is not the sandbox's",
                reason="name_taken",
                hint=f"remove it: `docker {kind} rm {name}`",
            )
        found.append(kind)
    return found


def _files(script: str, certificates: Certificates) -> bytes:
    files = {
        "start.sh": script.encode(),
        "ca.pem": certificates.authority,
        "server.pem": certificates.server,
        "server-key.pem": certificates.server_key,
    }
    return make_tar({f"{FOLDER}/{name}": data for name, data in files.items()}, mode=0o600)


def _choose_ports(facts: EngineFacts) -> Mapping[int, int]:
    """Return which of its ports the container publishes, and where on this machine's loopback.

    The slots are among them where the container's own network is one of a virtual machine.
    """
    in_a_machine = not sys.platform.startswith("linux") or facts.product == "Docker Desktop"
    inside = [API_PORT, *(SLOTS if in_a_machine else ())]
    return dict(zip(inside, free_ports(len(inside)), strict=True))


def _endpoint(
    engine: HostEngine, sandbox_id: str, ports: Mapping[int, int], tls: TlsFiles
) -> Endpoint:
    """Return where the daemon will be, but for the container's address."""

    def run(script: str) -> None:
        engine.run_inside(object_name(sandbox_id), f"PATH=$(cat {PATH_FILE})\n{script}")

    slots = {slot: port for slot, port in ports.items() if slot in SLOTS}
    return Endpoint(
        base_url=f"https://127.0.0.1:{ports[API_PORT]}",
        label=label_of(sandbox_id),
        ports_host="",
        port_links=PortSlots(run, slots) if slots else None,
        tls=tls,
        unlimited_data=_UNLIMITED,
    )


def _failure(lines: Sequence[str]) -> SandboxError:
    telling = [line for line in lines if "level=fatal" in line or line.startswith("failed to")]
    last = (telling or [*lines] or ["it said nothing"])[-1]
    return SandboxError(
        f"the sandbox daemon did not start in its container: {last[-400:]}",
        reason="start_failed",
        hint="`docker logs` of the container kb-sandbox-… tells more",
    )


def _unreachable(endpoint: Endpoint, reason: OSError) -> SandboxError:
    return SandboxError(
        f"the sandbox's container runs, but nothing answers at {endpoint.base_url}: {reason}",
        reason="unreachable",
        hint="kb must run on the machine whose loopback your Docker Engine publishes ports on",
    )
