"""Compose files: what passes, in which form, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kb.commands.compose.policy import check_compose
from kb.commands.compose.yaml import MAX_CHARACTERS
from kb.errors import CommandRefusedError
from tests.unit.kb.commands.compose_cases import COMPOSE_CASES, compose_name, compose_text

KAFKA = """
version: '2'
services:
  zookeeper:
    image: confluentinc/cp-zookeeper:latest
    environment:
      ZOOKEEPER_CLIENT_PORT: 2181
    ports:
      - 22181:2181

  kafka:
    image: confluentinc/cp-kafka:latest
    depends_on:
      - zookeeper
    ports:
      - 29092:29092
    environment:
      KAFKA_ZOOKEEPER_CONNECT: zookeeper:2181
      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:9092,PLAINTEXT_HOST://localhost:29092
"""


@pytest.mark.parametrize("case", COMPOSE_CASES, ids=compose_name)
def test_policy(case: dict[str, Any]) -> None:
    if "code" in case:
        with pytest.raises(CommandRefusedError) as caught:
            check_compose(compose_text(case), host_ip="192.0.2.1")
        assert caught.value.code == case["code"]
        return
    checked = check_compose(compose_text(case), host_ip="192.0.2.1")
    service = yaml.safe_load(checked.text)["services"]["web"]
    service.pop("image", None)
    if "keeps" in case:
        assert service == case["keeps"]
    if "notes" in case:
        assert any(case["notes"] in note for note in checked.notes), checked.notes


def test_a_whole_file() -> None:
    checked = check_compose(KAFKA, host_ip="192.0.2.1")
    assert checked.services == ("zookeeper", "kafka")
    assert checked.images == (
        "confluentinc/cp-zookeeper:latest",
        "confluentinc/cp-kafka:latest",
    )
    assert checked.notes == ()
    kafka = yaml.safe_load(checked.text)["services"]["kafka"]
    assert kafka["ports"] == ["192.0.2.1:29092:29092/tcp"]
    assert kafka["depends_on"] == ["zookeeper"]


def test_volumes_networks_and_builds_are_named() -> None:
    text = """
name: shop
x-common: &common {restart: always}
services:
  web: {<<: *common, build: ./app, networks: [front]}
volumes: {data: , logs: {labels: {a: b}}}
networks: {front: {driver: bridge, internal: true}}
"""
    checked = check_compose(text, host_ip="192.0.2.1")
    assert checked.volumes == ("data", "logs")
    assert [build.path for build in checked.builds] == ["app/Dockerfile"]
    assert len(checked.notes) == 1
    content = yaml.safe_load(checked.text)
    assert checked.name == "shop"
    assert "name" not in content
    assert content["services"]["web"]["restart"] == "on-failure:5"
    assert content["networks"] == {"front": {"internal": True}}
    assert "x-common" not in content


def test_what_comes_out_is_read_the_same_again() -> None:
    once = check_compose(KAFKA, host_ip="192.0.2.1")
    again = check_compose(once.text, host_ip="192.0.2.1")
    assert again.services == once.services
    assert again.text == once.text


def test_a_file_that_grows_without_end_is_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{after}: &{after} [{', '.join([f'*{before}'] * 8)}]\n"
    long = f"a: &a {'x' * 200_000}\nb: [{', '.join(['*a'] * 9000)}]\nservices: {{a: {{image: x}}}}"
    for text in (bomb, long, "#" * (MAX_CHARACTERS + 1), "[" * 5000):
        with pytest.raises(CommandRefusedError) as caught:
            check_compose(text, host_ip="192.0.2.1")
        assert caught.value.code == "compose_file"


def test_a_refusal_speaks_russian() -> None:
    with pytest.raises(CommandRefusedError, match="Это не файл Compose"):
        check_compose("x", host_ip="192.0.2.1", language="ru")
