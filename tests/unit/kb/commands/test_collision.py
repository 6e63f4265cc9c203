"""Names and ports that are taken: read from the daemon's words, and told with a way on."""

from __future__ import annotations

from typing import Any

import pytest

from kb.commands.messages.collision import (
    find_collision,
    tell_left_over,
    tell_taken_name,
    tell_taken_network,
    tell_taken_port,
)
from kb.model import Language
from tests.cases_files import load_jsonl


@pytest.mark.parametrize("case", load_jsonl("commands/collisions.jsonl"))
def test_the_daemons_words_are_read(case: dict[str, Any]) -> None:
    found = find_collision(case["said"])
    assert (found and found.kind, found and found.value) == (case["kind"], case["value"])


@pytest.mark.parametrize(
    ("state", "way_on"),
    [("exited", "docker start db"), ("created", "docker start db"), ("dead", "docker start db"),
     ("running", "docker logs db"), ("restarting", "docker logs db"),
     ("paused", "docker unpause db")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_taken_name_has_three_ways_on(language: Language, state: str, way_on: str) -> None:
    taken = {"db", "db-2"}
    said = tell_taken_name("db", image="postgres", state=state, taken=taken, language=language)
    for each in ("postgres", f"`{way_on}`", "`docker rm -f db`", "`--name db-3`"):
        assert each in said


def test_a_taken_port_has_an_owner_or_not() -> None:
    owned = tell_taken_port(8080, owner="web", taken={8080, 8081}, language="en")
    assert "published by the container web" in owned
    assert "`docker stop web`" in owned
    assert "`-p 8082:…`" in owned
    assert "порт 80 в песочнице занят" in tell_taken_port(80, owner="", taken=(), language="ru")
    assert "`-p 65535:…`" in tell_taken_port(65535, owner="", taken=(), language="en")


def test_what_is_left_behind_is_told() -> None:
    assert "`docker rm web`" in tell_left_over("web", language="ru")
    assert "`docker network rm own`" in tell_taken_network("own", language="en")
