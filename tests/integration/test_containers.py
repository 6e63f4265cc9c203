"""The files for containers: what Compose reads out of them, and that the image gets what it needs.

That they are built and run is tried by hand (docs/containers.md): it takes minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ENTRY_POINT = ROOT / "server" / "sandbox" / "container-daemon.sh"

needs_compose = pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="NO docker-compose: compose.yaml is not read"
)


def read_with_compose(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"KB_TOKEN", "NOTES"}}
    return subprocess.run(
        ["docker-compose", "--file", str(ROOT / "compose.yaml"), "config"],
        check=False, capture_output=True, text=True, env={**kept, **variables}, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def services() -> Mapping[str, Any]:
    read = read_with_compose(KB_TOKEN="a-long-secret-token", NOTES="/home/me/notes")
    assert read.returncode == 0, read.stderr
    found: Mapping[str, Any] = yaml.safe_load(read.stdout)["services"]
    assert set(found) == {"app", "chroma", "sandbox"}
    return found


@needs_compose
def test_without_a_token_nothing_starts() -> None:
    for variables in ({}, {"KB_TOKEN": ""}):
        read = read_with_compose(**variables)
        assert read.returncode != 0
        assert "set KB_TOKEN" in read.stderr


@needs_compose
def test_the_page_is_published_on_loopback_and_nothing_else_is(services: Mapping[str, Any]) -> None:
    published = {name: service.get("ports", []) for name, service in services.items()}
    assert published["app"] in (
        ["127.0.0.1:8765:8765/tcp"],
        [{"host_ip": "127.0.0.1", "mode": "ingress", "protocol": "tcp", "published": "8765",
          "target": 8765}],
    )  # fmt: skip
    assert published["chroma"] == published["sandbox"] == []


@needs_compose
def test_notes_are_read_only_and_no_daemon_of_the_machine_is_reached(
    services: Mapping[str, Any],
) -> None:
    binds = [
        volume if isinstance(volume, str) else f"{volume['source']}:{volume['target']}:ro"
        for service in services.values()
        for volume in service["volumes"]
        if (volume if isinstance(volume, str) else volume["source"]).startswith("/")
    ]
    assert binds == ["/home/me/notes:/notes:ro"]
    assert "docker.sock" not in str([service["volumes"] for service in services.values()])


@needs_compose
def test_no_network_joins_the_sandbox_and_the_others(services: Mapping[str, Any]) -> None:
    networks = {name: set(service["networks"]) for name, service in services.items()}
    assert networks["sandbox"].isdisjoint(networks["app"] | networks["chroma"])
    assert networks["app"] & networks["chroma"] == {"vectors"}


@needs_compose
def test_rights_are_given_up(services: Mapping[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name
    assert [name for name, service in services.items() if service.get("cap_add")] == ["sandbox"]
    for name in ("app", "chroma"):
        assert services[name]["read_only"], name
        assert services[name]["security_opt"] == ["no-new-privileges:true"], name


@needs_compose
def test_the_app_is_told_of_its_servers(services: Mapping[str, Any]) -> None:
    told = services["app"]["environment"]
    assert told["KB_SANDBOX"] == "external"
    socket = told["KB_SANDBOX_HOST"].removeprefix("unix://")
    entry_point = ENTRY_POINT.read_text(encoding="utf-8")
    assert f"--host unix://{socket} " in entry_point
    assert '--label "kb.sandbox=' in entry_point
    assert told["KB_CHROMA_URL"] == "http://chroma:8000"
    assert services["chroma"]["entrypoint"][-1] == "8000"


def test_images_are_made_of_debian_and_pypi_alone() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"debian:bookworm-slim"}
    assert re.findall(r"^ADD|https?://(?!127\.0\.0\.1|download\.pytorch\.org)", DOCKERFILE) == []


def test_the_app_runs_as_nobody_in_particular() -> None:
    app = DOCKERFILE.partition(" AS app")[2].partition("\nFROM ")[0]
    assert re.search(r"^USER kb$", app, re.MULTILINE)
    assert re.search(r"^VOLUME /state$", app, re.MULTILINE)
    assert "/api/health" in app.partition("HEALTHCHECK")[2]
    assert "KB_TOKEN=" not in DOCKERFILE


def test_what_is_copied_is_there_and_in_the_context() -> None:
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_in = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(source == each or source.startswith(f"{each}/") for each in let_in), source


def test_the_daemons_script_is_a_shell_script() -> None:
    checked = subprocess.run(["sh", "-n", str(ENTRY_POINT)], check=False, capture_output=True)
    assert checked.returncode == 0, checked.stderr
