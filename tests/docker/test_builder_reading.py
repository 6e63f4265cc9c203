"""The daemon's own builder reads a Dockerfile as our check does."""

from __future__ import annotations

import io
import tarfile

import pytest
from docker.errors import APIError, BuildError

from server.sandbox.service import Sandbox

pytestmark = pytest.mark.docker


def build(sandbox: Sandbox, dockerfile: str) -> str:
    """Return what the builder says of a file that no check of ours has seen."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(dockerfile.encode())
        tar.addfile(entry, io.BytesIO(dockerfile.encode()))
    archive.seek(0)
    with sandbox.engine().client() as client:
        try:
            said = client.build(fileobj=archive, custom_context=True, decode=True)
            return "".join(str(message) for message in said)
        except (APIError, BuildError) as error:
            return str(error)


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM scratch\nADD ht\\\ntp://127.0.0.1:9/x /x",
        "FROM scratch\nADD \\\n\n# a comment\nhttp://127.0.0.1:9/x /x",
        "FROM scratch\nADD htt\\p://127.0.0.1:9/x /x",
        "FROM scratch\nADD http:''//127.0.0.1:9/x /x",
        'FROM scratch\nADD ["htt\\u0070://127.0.0.1:9/x", "/x"]',
        'FROM scratch\nADD ["http://127.0.0.1:9/x", "/x"] more',
        "\ufeffFROM scratch\nADD http://127.0.0.1:9/x /x",
        "FROM scratch\nENV A=http://127.0.0.1:9\nENV A=good B=$A\nADD $B/x /x",
        "FROM scratch AS a\nENV H=http://127.0.0.1:9\nFROM a\nADD $H/x /x",
        "FROM scratch\nARG H=http://127.0.0.1:9\nADD ${H:-http://example.com}/x /x",
        "FROM scratch\nENV H=a\nADD ${H:+http://127.0.0.1:9}/x /x",
        "FROM scratch\nADD htt${NOTHING}p://127.0.0.1:9/x /x",
        "# text\n# escape=`\nFROM scratch\nENV A=b`\nADD http://127.0.0.1:9/x /x",
        "ARG B=127.0.0.1:9/x\nFROM scratch\nENV B=scratch\nFROM $B",
        "FROM '127.0.0.1:9'/x",
    ],
)
def test_the_builder_asks_the_hidden_address(live_sandbox: Sandbox, dockerfile: str) -> None:
    said = build(live_sandbox, dockerfile)
    assert "127.0.0.1:9" in said
    assert "refused" in said
