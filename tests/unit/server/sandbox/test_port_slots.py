"""Published ports that are reached by way of slots."""

from __future__ import annotations

import pytest

from kb.errors import SandboxError
from server.sandbox.dind.loopback import free_ports
from server.sandbox.dind.port_slots import PortSlots, assign, rules_script

LOOPBACK = {2400: 50000, 2401: 50001}


class Scripts:
    """What was run in the container."""

    def __init__(self) -> None:
        self.run: list[str] = []
        self.broken = False

    def __call__(self, script: str) -> None:
        if self.broken:
            raise SandboxError("the container is gone", reason="engine_refused")
        self.run.append(script)


@pytest.mark.parametrize(
    ("held", "published", "expected"),
    [
        ({}, {80, 22}, {1: 22, 2: 80}),
        ({1: 80}, {80, 22}, {1: 80, 2: 22}),
        ({1: 80, 2: 22}, {22}, {2: 22}),
        ({1: 80, 2: 22}, {22, 9}, {1: 9, 2: 22}),
        ({}, {1, 2, 3}, {1: 1, 2: 2}),
        ({1: 80}, set(), {}),
    ],
)
def test_what_has_a_slot_keeps_it(
    held: dict[int, int], published: set[int], expected: dict[int, int]
) -> None:
    assert assign(held, published, slots=[1, 2]) == expected


def test_rules_are_changed_when_the_ports_are() -> None:
    scripts = Scripts()
    slots = PortSlots(scripts, LOOPBACK)
    assert slots.reach({8080}) == {8080: "127.0.0.1:50000"}
    assert slots.reach({8080}) == {8080: "127.0.0.1:50000"}
    assert slots.reach({8080, 90}) == {8080: "127.0.0.1:50000", 90: "127.0.0.1:50001"}
    assert slots.reach(()) == {}
    assert scripts.run == [
        rules_script(each) for each in ({2400: 8080}, {2400: 8080, 2401: 90}, {})
    ]


def test_no_slot_no_link() -> None:
    reached = PortSlots(Scripts(), LOOPBACK).reach({1, 2, 3})
    assert set(reached) == {1, 2}


def test_rules_that_cannot_be_changed_are_tried_again() -> None:
    scripts = Scripts()
    slots = PortSlots(scripts, LOOPBACK)
    scripts.broken = True
    assert slots.reach({8080}) == {}
    scripts.broken = False
    assert slots.reach({8080}) == {8080: "127.0.0.1:50000"}


def test_the_script_puts_all_rules_anew() -> None:
    assert rules_script({2400: 8080}).splitlines() == [
        "set -e",
        "iptables -w -t nat -F KB-PORTS",
        "iptables -w -t nat -A KB-PORTS -p tcp --dport 2400 -j REDIRECT --to-ports 8080",
    ]


def test_free_ports_are_distinct() -> None:
    assert len(set(free_ports(5))) == 5
