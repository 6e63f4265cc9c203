"""Cleaning on a real daemon, two days later."""

from __future__ import annotations

import time

import pytest

from kb.errors import NeedsConfirmationError
from server.sandbox.service import Sandbox
from tests.docker.fixtures import run_to_end

pytestmark = pytest.mark.docker

_BUILT = {"Dockerfile": b"FROM busybox\nRUN echo one >/one\n"}
_BUILT_AGAIN = {"Dockerfile": b"FROM busybox\nRUN echo two >/two\n"}


def test_what_is_old_and_unused_goes_and_the_rest_stays(
    live_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line, files in (
        ("docker volume create unused", {}),
        ("docker run --name ended -v used:/x busybox true", {}),
        ("docker run -d --name going -v kept:/x busybox sleep 1000", {}),
        ("docker build -t cleaned .", _BUILT),
        ("docker build -t cleaned .", _BUILT_AGAIN),
    ):
        run = run_to_end(live_sandbox, line, files=files)
        assert run.exit_code == 0, (line, run.stderr)
    mine = {"container ended", "container going", "volume unused", "volume used", "volume kept"}
    try:
        with pytest.MonkeyPatch.context() as before:
            before.setattr("server.sandbox.cleaning.time.time", lambda: 0.0)
            assert live_sandbox.clean(confirm=True) == ()
        later = time.time() + 2 * 24 * 3600
        monkeypatch.setattr("server.sandbox.cleaning.time.time", lambda: later)
        with pytest.raises(NeedsConfirmationError) as raised:
            live_sandbox.clean(confirm=False)
        assert mine & set(raised.value.victims) == {"container ended", "volume unused"}
        assert any(each.startswith("image ") for each in raised.value.victims)
        assert set(live_sandbox.clean(confirm=True)) == set(raised.value.victims)
        left = live_sandbox.inventory()
        assert "going" in [each.name for each in left.containers]
        assert {"used", "kept"} <= {each.name for each in left.volumes}
        assert ("cleaned:latest",) in [each.tags for each in left.images]
    finally:
        monkeypatch.undo()
        run_to_end(live_sandbox, "docker rm -f going")
        run_to_end(live_sandbox, "docker rmi -f cleaned")
        run_to_end(live_sandbox, "docker volume rm used kept")
