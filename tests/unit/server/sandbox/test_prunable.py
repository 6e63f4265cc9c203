"""All that a prune removes was named before."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, cast

import pytest
from docker.errors import APIError
from requests import Response

from kb.commands.actions import Prune
from kb.commands.plan import plan
from kb.errors import InvalidInputError, SandboxError
from server.sandbox.engine import Engine
from server.sandbox.runner.job import Job
from server.sandbox.runner.prune import prune
from server.sandbox.victims import find_victims

ANONYMOUS, OTHER = "a" * 64, "b" * 64


def container(name: str, state: str, image: str, *volumes: str) -> dict[str, Any]:
    return {
        "Id": name, "Names": [f"/{name}"], "ImageID": image, "State": state, "Created": 1,
        "Labels": {}, "Mounts": [{"Type": "volume", "Name": volume} for volume in volumes],
    }  # fmt: skip


class FakeDaemon:
    """Containers hold images and volumes; what nothing holds can be pruned."""

    def __init__(self) -> None:
        self.gone: list[str] = []
        self._containers = [
            container("web", "running", "nginx:1", "site", OTHER),
            container("db", "exited", "postgres:16", "pgdata", "site", ANONYMOUS),
        ]
        self._images = ["nginx:1", "postgres:16", "redis:7"]
        self._volumes = ["site", "pgdata", "cache", ANONYMOUS, OTHER]

    def containers(self, *, all: bool) -> list[dict[str, Any]]:  # noqa: A002 - as the SDK has it
        assert all
        return list(self._containers)

    def images(self, *, filters: dict[str, Any]) -> list[dict[str, Any]]:
        named = [] if "dangling" in filters else self._images
        return [{"Id": name, "RepoTags": [name], "Created": 1} for name in named]

    def volumes(self, *, filters: dict[str, Any]) -> dict[str, Any]:
        if unknown := filters.keys() - {"dangling", "label", "name", "driver"}:
            raise refusal(400, f"invalid filter '{min(unknown)}'")
        used = {mount["Name"] for each in self._containers for mount in each["Mounts"]}
        found = [each for each in self._volumes if "dangling" not in filters or each not in used]
        made = "2020-01-01T00:00:00Z"
        labels = {"cache": {"keep": "yes"}}
        return {
            "Volumes": [
                {"Name": each, "CreatedAt": made, "Labels": labels.get(each)} for each in found
            ]
        }

    def networks(self, *, filters: dict[str, Any]) -> list[dict[str, Any]]:
        assert filters == {"type": ["custom"]}
        return []

    def df(self) -> dict[str, Any]:
        return {}

    def prune_containers(self, *, filters: dict[str, Any]) -> dict[str, Any]:
        assert not filters
        self.gone += [f"container {each['Id']}" for each in self._containers[1:]]
        del self._containers[1:]
        return {}

    def prune_images(self, *, filters: dict[str, Any]) -> dict[str, Any]:
        used = {each["ImageID"] for each in self._containers}
        free = [each for each in self._images if each not in used]
        self.gone += [f"image {each}" for each in free if filters["dangling"] == ["false"]]
        return {}

    def prune_networks(self, *, filters: dict[str, Any]) -> dict[str, Any]:
        return dict(filters)

    def prune_builds(self, *, filters: dict[str, Any], all: bool) -> dict[str, Any]:  # noqa: A002
        self.gone += ["the build cache"]
        return {**filters, "all": all}

    def remove_volume(self, name: str) -> None:
        self.gone.append(f"volume {name}")


class FakeJob:
    def __init__(self, client: FakeDaemon) -> None:
        self.client = client

    def line(self, text: str = "") -> None:
        """Print nothing."""


class FakeEngine:
    def __init__(self, client: FakeDaemon) -> None:
        self._client = client

    def client(self, *, timeout_s: float) -> nullcontext[FakeDaemon]:
        assert timeout_s > 0
        return nullcontext(self._client)


def refusal(status: int, words: str) -> APIError:
    response = Response()
    response.status_code = status
    return APIError("no", response=response, explanation=words)


def victims_of(text: str, daemon: FakeDaemon) -> tuple[str, ...]:
    return find_victims(
        plan(text, confirmed=True).action, cast("Engine", FakeEngine(daemon)), language="en"
    )


DB, CACHE = "container db", "the build cache"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("docker system prune", {DB, CACHE}),
        ("docker system prune -a", {DB, "image postgres:16", "image redis:7", CACHE}),
        ("docker system prune --volumes", {DB, f"volume {ANONYMOUS}", CACHE}),
        (
            "docker system prune -a --volumes",
            {DB, "image postgres:16", "image redis:7", f"volume {ANONYMOUS}", CACHE},
        ),
        ("docker container prune", {DB}),
        ("docker image prune -a", {"image redis:7"}),
        ("docker volume prune", set()),
        ("docker volume prune -a", {"volume cache"}),
        ("docker volume prune --filter all=1", {"volume cache"}),
        ("docker volume prune --filter all=false", set()),
        ("docker volume prune -a --filter label!=keep", set()),
        ("docker volume prune -a --filter label!=keep=no", {"volume cache"}),
        ("docker volume prune -a --filter until=24h", {"volume cache"}),
        ("docker volume prune -a --filter until=2019-01-01", set()),
    ],
)
def test_all_that_goes_was_named(text: str, named: set[str]) -> None:
    daemon = FakeDaemon()
    assert set(victims_of(text, daemon)) == named
    action = plan(text, confirmed=True).action
    assert isinstance(action, Prune)
    prune(action, cast("Job", FakeJob(daemon)))
    assert set(daemon.gone) == named


def test_a_filter_that_the_daemon_does_not_know_is_told_in_its_words() -> None:
    with pytest.raises(InvalidInputError, match="from daemon: invalid filter 'size'"):
        victims_of("docker volume prune --filter size=1", FakeDaemon())


def test_a_daemon_that_fails_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = FakeDaemon()

    def fail(**_: object) -> None:
        raise refusal(500, "broken")

    monkeypatch.setattr(daemon, "volumes", fail)
    with pytest.raises(SandboxError, match="does not answer"):
        victims_of("docker volume prune", daemon)


class SharedImage(FakeDaemon):
    """An image with two names, one of which a container was made of."""

    def __init__(self, made_of: str) -> None:
        super().__init__()
        self._containers = [{**container("web", "running", "sha256:1"), "Image": made_of}]

    def images(self, *, filters: dict[str, Any]) -> list[dict[str, Any]]:
        del filters
        return [{"Id": "sha256:1", "RepoTags": ["site:1", "nginx:1"], "Created": 1}]


@pytest.mark.parametrize(
    ("made_of", "named"),
    [("site:1", {"image nginx:1"}), ("nginx:1", {"image nginx:1", "image site:1"})],
)
def test_a_second_name_of_an_image_in_use_is_named(made_of: str, named: set[str]) -> None:
    assert set(victims_of("docker image prune -a", SharedImage(made_of))) == named
