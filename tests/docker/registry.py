"""A registry on this machine's loopback, filled with our test images: the daemon's mirror."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from server.sandbox.builtin_image import describe_image, find_static_busybox, make_layer, make_tar
from tests.docker.images import TestImage

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def missing_programs() -> list[str]:
    """Return what `serve_registry` needs and this machine lacks."""
    missing = [] if shutil.which("docker-registry") else ["docker-registry"]
    return missing if find_static_busybox() else [*missing, "busybox-static"]


@contextmanager
def serve_registry(
    folder: Path, images: Sequence[TestImage], *, address: str = "127.0.0.1"
) -> Iterator[str]:
    """Serve the images until the block ends; yields the registry's URL on the loopback."""
    port = _free_port()
    config = folder / "registry.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'registry'}}}}}\n"
        f"http: {{addr: '{address}:{port}'}}\n"
    )
    command = ["docker-registry", "serve", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port)
        for image in images:
            _push(port, image)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _push(port: int, image: TestImage) -> None:
    repository, _, tag = image.name.rpartition(":")
    layers = [_base_layer()]
    if image.scripts:
        scripts = {path: text.encode() for path, text in image.scripts.items()}
        layers.append(make_tar(scripts, mode=0o755))
    packed = [gzip.compress(layer, mtime=0) for layer in layers]
    config = describe_image(layers, image.config)
    for blob in (config, *packed):
        _upload(port, repository, blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _reference(_CONFIG, config),
        "layers": [_reference(_LAYER, blob) for blob in packed],
    }
    body = json.dumps(manifest).encode()
    _send(port, "PUT", f"/v2/{repository}/manifests/{tag}", body, _MANIFEST)


_cache: list[bytes] = []


def _base_layer() -> bytes:
    if not _cache:
        binary = find_static_busybox()
        assert binary is not None
        _cache.append(make_layer(binary))
    return _cache[0]


def _reference(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(blob), "digest": _digest(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _upload(port: int, repository: str, blob: bytes) -> None:
    place = _send(port, "POST", f"/v2/{repository}/blobs/uploads/", b"", "application/json")
    path = place.partition(f":{port}")[2]
    path += ("&" if "?" in path else "?") + f"digest={_digest(blob)}"
    _send(port, "PUT", path, blob, "application/octet-stream")


def _send(port: int, method: str, path: str, body: bytes, media_type: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, body=body, headers={"Content-Type": media_type})
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status < 300, (method, path, answer.status, said)
        return answer.headers.get("Location", "")


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the registry did not start"
            time.sleep(0.05)
