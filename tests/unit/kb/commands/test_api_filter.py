"""Requests of another program to the daemon: an allow-list of methods, paths and bodies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.commands.limits import DEFAULT_RULES
from kb.commands.requests import filter_request
from kb.errors import CommandRefusedError, KbError
from tests.cases_files import load_jsonl

_CAPABILITIES = sorted(DEFAULT_RULES.limits.capabilities)


@pytest.mark.parametrize(
    "case", load_jsonl("commands/requests.jsonl"), ids=lambda c: f"{c['method']} {c['target']}"
)
def test_request(case: dict[str, Any]) -> None:
    def send() -> object:
        return filter_request(case["method"], case["target"], case.get("body"), host_ip="192.0.2.1")

    if "code" in case:
        with pytest.raises(CommandRefusedError) as caught:
            send()
        assert caught.value.code == case["code"]
    elif "sends" in case:
        assert send() == case["sends"]
    else:
        send()


def test_a_container_is_hardened_on_its_way() -> None:
    body = {
        "Image": "nginx",
        "HostConfig": {
            "Binds": ["shop_data:/data:rw"],
            "NetworkMode": "shop_default",
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
            "VolumesFrom": [],
            "LogConfig": {"Type": "", "Config": {}},
        },
        "NetworkingConfig": {"EndpointsConfig": {"shop_default": {"Aliases": ["web"]}}},
    }
    sent = filter_request("POST", "/v1.41/containers/create?name=x", body, host_ip="192.0.2.1")
    assert sent is not None
    host = sent["HostConfig"]
    assert isinstance(host, dict)
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == 512
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 5}
    assert host["PortBindings"]["80/tcp"] == [{"HostIp": "192.0.2.1", "HostPort": "8080"}]
    assert host["Binds"] == ["shop_data:/data:rw"]


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ({"CapDrop": ["ALL"]}, []),
        ({"CapDrop": ["all"], "CapAdd": ["CAP_CHOWN"]}, ["CHOWN"]),
        ({"CapDrop": _CAPABILITIES[1:]}, _CAPABILITIES[:1]),
        ({}, _CAPABILITIES),
    ],
)
def test_a_container_has_nothing_that_it_drops(host: dict[str, object], kept: list[str]) -> None:
    body = {"Image": "nginx", "HostConfig": host}
    sent = filter_request("POST", "/v1.41/containers/create?name=x", body, host_ip="192.0.2.1")
    assert sent is not None
    hardened = sent["HostConfig"]
    assert isinstance(hardened, dict)
    assert (hardened["CapDrop"], hardened["CapAdd"]) == (["ALL"], kept)


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD", "X"]),
    st.text(alphabet="/v1.41containersbuild?=%2F.x", max_size=40),
)
def test_no_request_raises_anything_but_our_errors(method: str, target: str) -> None:
    try:
        filter_request(method, target, None, host_ip="192.0.2.1")
    except KbError as error:
        assert_it_tells(error)


def assert_it_tells(error: KbError) -> None:
    assert error.message
