from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from kb.errors import SandboxError
from server.sandbox import choose, handshake
from server.sandbox.choose import choose_driver
from server.sandbox.docker_config import use_empty_config
from server.sandbox.handshake import check_label, known_sockets, refuse_known_socket
from server.sandbox.service import Sandbox
from server.sandbox.settings import SandboxSettings


def test_the_label_is_checked() -> None:
    check_label({"Labels": ["a=b", "kb.sandbox=1"]}, "kb.sandbox=1")
    check_label({"Labels": ["kb.sandbox=anything"]}, "kb.sandbox=")
    for labels in ([], None, ["kb.sandbox=2"], ["xkb.sandbox=1"], "kb.sandbox=1"):
        with pytest.raises(SandboxError, match="it is not the sandbox"):
            check_label({"Labels": labels}, "kb.sandbox=1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    return tmp_path


def test_the_machines_own_socket_is_refused_under_any_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = home / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(real))
        monkeypatch.setattr(handshake, "_KNOWN_SOCKETS", (str(real),))
        (home / "link.sock").symlink_to(real)
        (home / "hard.sock").hardlink_to(real)
        for name in ("docker.sock", "link.sock", "hard.sock", "./docker.sock"):
            with pytest.raises(SandboxError) as raised:
                refuse_known_socket(str(home / name))
            assert raised.value.code == "host_daemon_refused"
        refuse_known_socket(str(home / "other.sock"))


def test_sockets_of_contexts_and_of_the_environment_are_known(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / ".docker/contexts/meta/abc"
    folder.mkdir(parents=True)
    endpoints = {"Endpoints": {"docker": {"Host": "unix:///somewhere/context.sock"}}}
    (folder / "meta.json").write_text(json.dumps(endpoints))
    broken = home / ".docker/contexts/meta/broken"
    broken.mkdir()
    (broken / "meta.json").write_text("[]")
    monkeypatch.setenv("DOCKER_HOST", "unix:///somewhere/env.sock")
    assert {"/somewhere/context.sock", "/somewhere/env.sock"} <= set(known_sockets())
    with pytest.raises(SandboxError):
        refuse_known_socket("/somewhere/context.sock")


def test_contexts_of_a_configuration_elsewhere_are_known_before_and_after_ours_replaces_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "elsewhere/contexts/meta/abc"
    folder.mkdir(parents=True)
    endpoints = {"Endpoints": {"docker": {"Host": "unix:///somewhere/own.sock"}}}
    (folder / "meta.json").write_text(json.dumps(endpoints))
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "elsewhere"))
    assert "/somewhere/own.sock" in set(known_sockets())
    for _ in range(2):
        use_empty_config()
        assert os.environ["DOCKER_CONFIG"] != str(home / "elsewhere")
        assert "/somewhere/own.sock" in set(known_sockets())


@pytest.mark.parametrize(
    "host", ["", "ftp://x", "nonsense", "tcp://", "unix:///var/run/docker.sock"]
)
def test_an_unusable_external_address_is_a_clear_error(tmp_path: Path, host: str) -> None:
    sandbox = Sandbox(SandboxSettings(state_dir=tmp_path, mode="external", host=host))
    with pytest.raises(SandboxError) as raised:
        sandbox.start()
    assert raised.value.hint
    assert sandbox.status().state == "unavailable"
    sandbox.close()


def test_an_external_daemon_that_does_not_answer(tmp_path: Path) -> None:
    settings = SandboxSettings(
        state_dir=tmp_path,
        mode="external",
        host=f"unix://{tmp_path}/none.sock",
        start_timeout_s=0.2,
    )
    sandbox = Sandbox(settings)
    with pytest.raises(SandboxError, match="no sandbox daemon answers"):
        sandbox.start()
    assert "no sandbox daemon answers" in sandbox.status().message
    sandbox.close()


def test_off_says_so_and_starts_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox(SandboxSettings(state_dir=tmp_path, mode="off"))
    assert (sandbox.status().state, sandbox.status().driver) == ("off", "off")
    assert "switched off" in sandbox.status().message
    assert sandbox.start(wait=False).state == "off"
    with pytest.raises(SandboxError):
        sandbox.start()
    with pytest.raises(SandboxError):
        sandbox.reset()
    assert sandbox.inventory().containers == ()
    sandbox.close()
    assert list(tmp_path.iterdir()) == []


def test_auto_takes_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SandboxSettings(state_dir=tmp_path)
    monkeypatch.setattr(choose, "why_not_managed", lambda: None)
    assert choose_driver(settings).name == "managed"
    reason = SandboxError("no dockerd here", reason="no_dockerd", hint="install it")
    monkeypatch.setattr(choose, "why_not_managed", lambda: reason)
    monkeypatch.setattr(choose, "why_not_dind", lambda: None)
    assert choose_driver(settings).name == "dind"
    no_engine = SandboxError("no engine answers", reason="no_engine", hint="start one")
    monkeypatch.setattr(choose, "why_not_dind", lambda: no_engine)
    status = Sandbox(settings).status()
    assert status.reasons == ("no_dockerd", "no_engine")
    said = "no sandbox: no dockerd here, and no engine answers; install it; or start one"
    assert status.message == said
    with_host = SandboxSettings(state_dir=tmp_path, host="unix:///x.sock")
    assert choose_driver(with_host).name == "external"


def test_the_engine_is_not_looked_for_where_it_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "why_not_managed", lambda: None)
    monkeypatch.setattr(choose, "why_not_dind", lambda: pytest.fail("the engine was asked"))
    assert choose_driver(SandboxSettings(state_dir=tmp_path)).name == "managed"
    for mode in ("managed", "dind", "external", "off"):
        settings = SandboxSettings(state_dir=tmp_path, mode=mode)
        assert choose_driver(settings).name == mode
