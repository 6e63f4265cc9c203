"""What a destroying command names before it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, cast

import pytest

from kb.commands.plan import plan
from server.sandbox.engine import Engine
from server.sandbox.victims import find_victims

PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
OLD, NEW = 1_000_000_000, 4_000_000_000
"""POSIX seconds: long ago, and after any `until` that counts from now."""


def container(name: str, state: str, created: int = OLD, **labels: str) -> dict[str, Any]:
    return {
        "Id": name * 12, "Names": [f"/{name}"], "Image": f"image-of-{name}", "ImageID": "used",
        "State": state, "Created": created, "Labels": labels,
    }  # fmt: skip


def of_project(name: str, state: str) -> dict[str, Any]:
    return {**container(name, state), "Labels": {PROJECT: "notes", SERVICE: name}}


class FakeClient:
    """Lists what it holds, filtered by label and state as the daemon does."""

    def __init__(self, containers: list[dict[str, Any]]) -> None:
        self._containers = containers
        self._labelled = [{"Name": "notes_x", "Id": "1", "Labels": {PROJECT: "notes"}}]

    @staticmethod
    def _select(items: list[dict[str, Any]], filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        wanted = [label.split("=") for label in filters.get("label", [])]
        states = filters.get("status")
        return [
            item
            for item in items
            if all(item["Labels"].get(key) == value for key, value in wanted)
            and (states is None or item["State"] in states)
        ]

    def containers(
        self,
        *,
        all: bool,  # noqa: A002  the name that the client has
        filters: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        assert all
        return self._select(self._containers, filters or {})

    def networks(self, *, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._select(self._labelled, filters)

    def volumes(self, *, filters: Mapping[str, Any]) -> dict[str, Any]:
        return {"Volumes": self._select(self._labelled, filters)}


class FakeEngine:
    def __init__(self, client: FakeClient) -> None:
        self._client = client

    def client(self, *, timeout_s: float) -> nullcontext[FakeClient]:
        assert timeout_s > 0
        return nullcontext(self._client)


def victims_of(text: str, *containers: dict[str, Any]) -> tuple[str, ...]:
    engine = cast("Engine", FakeEngine(FakeClient(list(containers))))
    return find_victims(plan(text, confirmed=False).action, engine)


WEB, DB = "container web of image-of-web (running)", "container db of image-of-db"


@pytest.mark.parametrize(
    ("text", "victims"),
    [
        ("docker-compose down", (WEB, DB, "network notes_x")),
        ("docker-compose down -v", (WEB, DB, "network notes_x", "volume notes_x")),
        (
            "docker-compose down --rmi all",
            (WEB, DB, "network notes_x", "image image-of-web", "image image-of-db"),
        ),
        ("docker-compose -p other down -v", ()),
        ("docker-compose rm", (DB,)),
        ("docker-compose rm -s", (WEB, DB)),
        ("docker-compose rm -s web", (WEB,)),
        ("docker-compose up --remove-orphans", ("what `compose up` removes of the project",)),
    ],
)
def test_compose_names_what_it_removes(text: str, victims: tuple[str, ...]) -> None:
    project = (of_project("web", "running"), of_project("db", "exited"))
    assert victims_of(text, *project, container("other", "exited")) == victims


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("docker container prune", ["old", "new"]),
        ("docker container prune --filter until=24h", ["old"]),
        ("docker container prune --filter label=keep", ["new"]),
        ("docker container prune --filter label=keep=no", []),
        ("docker container prune --filter label!=keep", ["old"]),
        ("docker container prune --filter label!=keep --filter label!=other", ["old", "new"]),
    ],
)
def test_a_prune_names_what_its_filters_let_pass(text: str, names: list[str]) -> None:
    there = (
        container("old", "exited"), container("new", "exited", NEW, keep="yes"),
        container("web", "running"),
    )  # fmt: skip
    assert victims_of(text, *there) == tuple(f"container {name}" for name in names)
