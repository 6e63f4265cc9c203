"""The user's own Docker Engine, asked for the sandbox's own objects and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kb.errors import SandboxError
from server.sandbox.dind.body import LABEL_KEY, EngineFacts
from server.sandbox.engine import make_client

if TYPE_CHECKING:
    from docker import APIClient

ObjectKind = Literal["container", "network", "volume"]
OBJECT_KINDS: tuple[ObjectKind, ...] = ("container", "network", "volume")
"""In the order in which they can be removed."""

_TIMEOUT_S = 60.0
_STOP_PATIENCE_S = 20
_LOG_LINES = 40
HOW_TO_GET = "start Docker Desktop, or a Docker Engine that this user may talk to"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """The sandbox's container as the engine knows it."""

    running: bool
    address: str
    """Its address in its own network; empty while it does not run."""


class HostEngine:
    """The engine at an address; every call may raise `SandboxError`.

    Args:
        address: `unix://…`, `npipe://…`, or `tcp://127.0.0.1:…`.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def facts(self) -> EngineFacts:
        """Return what the engine tells of itself."""
        with self._client() as client:
            found: Mapping[str, Any] = client.info()
        return EngineFacts(
            os_type=str(found.get("OSType") or ""),
            product=str(found.get("OperatingSystem") or ""),
            cpus=int(found.get("NCPU") or 0),
            memory_bytes=int(found.get("MemTotal") or 0),
            rootless="name=rootless" in (found.get("SecurityOptions") or []),
        )

    def ensure_image(self, image: str) -> None:
        """Pull an image unless it is there."""
        from docker.errors import DockerException, NotFound

        with self._client() as client:
            try:
                client.inspect_image(image)
            except NotFound:
                try:
                    _pull(client, image)
                except DockerException as error:
                    raise _no_image(image, str(error)) from error

    def owner_of(self, kind: ObjectKind, name: str) -> str | None:
        """Return the sandbox id on an object's label; empty without one, None without an object."""
        details = self._look(kind, name)
        if details is None:
            return None
        holder = details["Config"] if kind == "container" else details
        return str((holder.get("Labels") or {}).get(LABEL_KEY, ""))

    def create_network(self, name: str, sandbox_id: str) -> None:
        """Make a network with the sandbox's label."""
        with self._client() as client:
            client.create_network(name, driver="bridge", labels={LABEL_KEY: sandbox_id})

    def create_volume(self, name: str, sandbox_id: str) -> None:
        """Make a volume with the sandbox's label."""
        with self._client() as client:
            client.create_volume(name, driver="local", labels={LABEL_KEY: sandbox_id})

    def create_container(self, name: str, body: Mapping[str, object]) -> None:
        """Make a container."""
        with self._client() as client:
            client.create_container_from_config(dict(body), name=name)

    def remove(self, kind: ObjectKind, name: str) -> None:
        """Remove an object, running or not; harmless where it is not there."""
        with self._client() as client, _nothing_missing():
            if kind == "container":
                client.remove_container(name, force=True)
            elif kind == "network":
                client.remove_network(name)
            else:
                client.remove_volume(name)

    def put_files(self, container: str, archive: bytes) -> None:
        """Unpack a tar archive at a container's root."""
        with self._client() as client:
            client.put_archive(container, "/", archive)

    def start(self, container: str) -> None:
        """Start a container."""
        with self._client() as client:
            client.start(container)

    def stop(self, container: str) -> None:
        """Stop a container; harmless where it is not there."""
        with self._client() as client, _nothing_missing():
            client.stop(container, timeout=_STOP_PATIENCE_S)

    def inspect(self, container: str) -> ContainerFacts | None:
        """Return how a container is; None where it is not there."""
        details = self._look("container", container)
        if details is None:
            return None
        network: Mapping[str, Any] = details["NetworkSettings"]
        joined = [each.get("IPAddress") or "" for each in (network.get("Networks") or {}).values()]
        return ContainerFacts(
            running=bool(details["State"].get("Running")),
            address=str(joined[0]) if joined else "",
        )

    def run_inside(self, container: str, script: str) -> None:
        """Run a shell script in a running container.

        Raises:
            SandboxError: It fails; quotes what it said.
        """
        with self._client() as client:
            made = client.exec_create(container, ["sh", "-c", script])
            said: bytes = client.exec_start(made["Id"])
            code = client.exec_inspect(made["Id"])["ExitCode"]
        if code:
            words = said.decode("utf-8", "replace").strip()
            raise SandboxError(
                f"a script in the sandbox's container failed: {words[-400:]}",
                reason="engine_refused",
            )

    def last_words(self, container: str) -> Sequence[str]:
        """Return the last lines of a container's log."""
        with self._client() as client:
            said: bytes = client.logs(container, tail=_LOG_LINES)
        return said.decode("utf-8", "replace").splitlines()

    def _look(self, kind: ObjectKind, name: str) -> Mapping[str, Any] | None:
        from docker.errors import NotFound

        with self._client() as client:
            looks: Mapping[ObjectKind, Callable[[str], Mapping[str, Any]]] = {
                "container": client.inspect_container,
                "network": client.inspect_network,
                "volume": client.inspect_volume,
            }
            try:
                return looks[kind](name)
            except NotFound:
                return None

    @contextlib.contextmanager
    def _client(self) -> Iterator[APIClient]:
        """Give a client for one request; what goes wrong becomes an error of ours."""
        from docker.errors import APIError, DockerException
        from requests.exceptions import RequestException

        try:
            with make_client(self._address, version="auto", timeout_s=_TIMEOUT_S) as client:
                yield client
        except APIError as error:
            raise SandboxError(
                f"your Docker Engine refused: {error.explanation or error}",
                reason="engine_refused",
                hint="`kb sandbox start` tries again; KB_SANDBOX=off goes without a sandbox",
            ) from error
        except (DockerException, RequestException, OSError) as error:
            raise SandboxError(
                f"your Docker Engine at {self._address} does not answer: {error}",
                reason="no_engine",
                hint=HOW_TO_GET,
            ) from error


def _pull(client: APIClient, image: str) -> None:
    for step in client.pull(image, stream=True, decode=True):
        if "error" in step:
            raise _no_image(image, str(step["error"]))


def _no_image(image: str, said: str) -> SandboxError:
    return SandboxError(
        f"the image {image} for the sandbox daemon cannot be pulled: {said}",
        reason="no_image",
        hint=f"try `docker pull {image}`, or set KB_SANDBOX_DIND_IMAGE to an image that is there",
    )


@contextlib.contextmanager
def _nothing_missing() -> Iterator[None]:
    from docker.errors import NotFound

    with contextlib.suppress(NotFound):
        yield
