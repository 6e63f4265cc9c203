"""Who has the name or the port that a command wanted; the daemon is a few objects."""

from __future__ import annotations

from typing import Any, cast

import pytest
import requests
from docker import APIClient
from docker.errors import APIError, NotFound

from kb.model import Language, RunId, RunState
from server.sandbox.driver import Endpoint
from server.sandbox.engine import Engine
from server.sandbox.run import Run
from server.sandbox.runner.collisions import explain_collision
from server.sandbox.runner.job import Job
from server.sandbox.settings import RunLimits

_NAME_TAKEN = 'Conflict. The container name "/db" is already in use by container "1a2b".'
_PORT_TAKEN = "Bind for 10.0.0.2:8080 failed: port is already allocated"


class _Daemon:
    """Knows one running container, `db` of `postgres`, that publishes the port 8080."""

    def containers(self, *, all: bool) -> list[dict[str, Any]]:  # noqa: A002 - as the SDK has it
        return [{"Names": ["/db"], "Ports": [{"PublicPort": 8080}, {"PrivatePort": 5432}]}]

    def inspect_container(self, name: str) -> dict[str, Any]:
        if name not in {"db", "made"}:
            raise NotFound("no such container")
        state = "running" if name == "db" else "created"
        return {"Name": f"/{name}", "Config": {"Image": "postgres"}, "State": {"Status": state}}


def _told(said: str, *, made: str = "", language: Language = "en") -> list[str]:
    run = Run(RunId("1"), "docker run", RunLimits())
    endpoint = Endpoint(base_url="unix:///none", label="", ports_host="10.0.0.2")
    engine = Engine(endpoint, name="", api_version="1.41")
    job = Job(engine=engine, client=cast("APIClient", _Daemon()), run=run, language=language)
    explain_collision(job, APIError("409", requests.Response(), said), made=made)
    run.end(RunState.EXITED, 1)
    return run.snapshot().stderr.splitlines()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_container_with_the_name_is_told_in_the_asked_language(language: Language) -> None:
    (line,) = _told(_NAME_TAKEN, language=language)
    assert ("is running" in line, "работающим" in line) == (language == "en", language == "ru")
    assert "postgres" in line
    assert "`--name db-2`" in line


def test_the_container_with_the_port_is_told_and_so_is_what_was_made() -> None:
    owner, left_over = _told(_PORT_TAKEN, made="made")
    assert "`docker stop db`" in owner
    assert "`-p 8081:…`" in owner
    assert "`docker rm made`" in left_over


def test_what_is_gone_meanwhile_and_other_errors_add_nothing() -> None:
    assert _told(_NAME_TAKEN.replace("/db", "/gone")) == []
    assert _told("No such image: alpine") == []
