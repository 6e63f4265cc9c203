"""What is old and unused is found and removed, and nothing else."""

from __future__ import annotations

from typing import Any, Self, cast

import pytest
from docker import APIClient
from docker.errors import APIError

from kb.errors import NeedsConfirmationError
from server.sandbox.cleaning import OLD_S, clean, find_old
from server.sandbox.engine import Engine

NOW = 10 * OLD_S
OLD, YOUNG = NOW - OLD_S - 1, NOW - OLD_S + 1


class FakeClient:
    """A daemon's objects; removing what is in use fails, as a daemon does it."""

    def __init__(self) -> None:
        self.in_use: set[str] = set()
        self.removed: list[str] = []
        self.found_containers: list[dict[str, Any]] = []
        self.dangling: list[dict[str, Any]] = []
        self.unused: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def containers(self, *, all: bool) -> list[dict[str, Any]]:  # noqa: A002 - as the SDK has it
        assert all
        return self.found_containers

    def images(self, *, filters: dict[str, bool]) -> list[dict[str, Any]]:
        assert filters == {"dangling": True}
        return self.dangling

    def volumes(self, *, filters: dict[str, bool]) -> dict[str, Any]:
        assert filters == {"dangling": True}
        return {"Volumes": self.unused or None}

    def _remove(self, identity: str) -> None:
        if identity in self.in_use:
            raise APIError("in use")
        self.removed.append(identity)

    def remove_container(self, identity: str, *, v: bool) -> None:
        assert v  # the volumes without a name go with it
        self._remove(identity)

    def remove_image(self, identity: str) -> None:
        self._remove(identity)

    def remove_volume(self, identity: str) -> None:
        self._remove(identity)


class FakeEngine:
    def __init__(self, client: FakeClient) -> None:
        self._client = client

    def client(self, *, timeout_s: float) -> FakeClient:
        return self._client


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def engine(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("server.sandbox.cleaning.time.time", lambda: NOW)
    return cast("Engine", FakeEngine(client))


def container(name: str, state: str, created: float, image: str = "i") -> dict[str, Any]:
    return {
        "Id": f"id-{name}",
        "Names": [f"/{name}"],
        "State": state,
        "Created": created,
        "ImageID": image,
    }


def found(client: FakeClient) -> list[str]:
    return [f"{each.kind} {each.name}" for each in find_old(cast("APIClient", client), now=NOW)]


def test_only_ended_containers_go(client: FakeClient) -> None:
    states = ("created", "exited", "dead", "running", "paused", "restarting", "removing")
    client.found_containers = [container(state, state, OLD) for state in states]
    assert found(client) == ["container created", "container exited", "container dead"]


def test_only_old_ones_go(client: FakeClient) -> None:
    client.found_containers = [container("old", "exited", OLD), container("young", "exited", YOUNG)]
    client.dangling = [{"Id": "sha256:aa", "Created": OLD}, {"Id": "sha256:bb", "Created": YOUNG}]
    client.unused = [
        {"Name": "old", "CreatedAt": "1970-01-02T00:00:00Z"},
        {"Name": "young", "CreatedAt": "1970-01-10T23:00:00Z"},
        {"Name": "of-unknown-age"},
    ]
    assert found(client) == ["container old", "image aa", "volume old"]


def test_an_image_goes_with_the_last_container_of_it(client: FakeClient) -> None:
    client.dangling = [{"Id": "sha256:aa", "Created": OLD}, {"Id": "sha256:bb", "Created": OLD}]
    client.found_containers = [
        container("old", "exited", OLD, "sha256:aa"),
        container("young", "exited", YOUNG, "sha256:bb"),
    ]
    assert found(client) == ["container old", "image aa"]


def test_nothing_goes_without_a_word(client: FakeClient, engine: Engine) -> None:
    assert clean(engine, confirm=False) == ()
    client.found_containers = [container("a", "exited", OLD), container("b", "exited", OLD)]
    with pytest.raises(NeedsConfirmationError, match="removes 2 things") as raised:
        clean(engine, confirm=False)
    assert raised.value.victims == ("container a", "container b")
    assert client.removed == []
    assert clean(engine, confirm=True) == ("container a", "container b")
    assert client.removed == ["id-a", "id-b"]


def test_what_goes_is_named_in_the_asked_language(client: FakeClient, engine: Engine) -> None:
    client.found_containers = [container("a", "exited", OLD)]
    client.unused = [{"Name": "v", "CreatedAt": "1970-01-02T00:00:00Z"}]
    with pytest.raises(NeedsConfirmationError) as raised:
        clean(engine, confirm=False, language="ru")
    assert raised.value.victims == ("контейнер a", "том v")
    assert clean(engine, confirm=True, language="ru") == ("контейнер a", "том v")


def test_what_was_taken_into_use_is_left(client: FakeClient, engine: Engine) -> None:
    client.found_containers = [container("a", "exited", OLD), container("b", "exited", OLD)]
    client.in_use = {"id-a"}
    assert clean(engine, confirm=True) == ("container b",)
