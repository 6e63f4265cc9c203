"""Settings: read from the environment, checked, and written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import InvalidInputError
from server.settings import Settings, is_loopback, read_settings
from server.state import StateFolder, state_folder
from server.wiring import access_token, chroma_server, make_chat_model


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KB_{name.upper()}", raising=False)


def test_the_environment_is_read_and_options_go_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_NOTES", "/notes")
    monkeypatch.setenv("KB_PORT", "9000")
    monkeypatch.setenv("KB_ALLOWED_HOSTS", "kb.example.org, other:8443 ,")
    settings = read_settings(port=9001, host=None)
    assert settings.notes == Path("/notes")
    assert settings.port == 9001
    assert settings.host == "127.0.0.1"
    assert settings.allowed_hosts == ("kb.example.org", "other:8443")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_PORT", "x"),
        ("KB_PORT", "70000"),
        ("KB_SANDBOX", "maybe"),
        ("KB_SANDBOX_EGRESS", "some"),
        ("KB_TOKEN", "short"),
        ("KB_TOKEN", "with spaces in the middle of it"),
        ("KB_TOKEN", "кириллица-кириллица-кириллица"),
        ("KB_LLM_TIMEOUT_S", "0"),
        ("KB_LLM_API_KEY", "ключ"),
        ("KB_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError, match=name) as raised:
        read_settings()
    assert value not in raised.value.message or name != "KB_TOKEN"


def test_secrets_are_not_shown() -> None:
    settings = read_settings(token="a-long-secret-token", llm_api_key="sk-secret")
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings.model_dump())


def test_an_empty_token_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_TOKEN", "")
    assert read_settings().token is None


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("example.org", False),
    ],
)
def test_loopback_is_known(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own


def test_other_machines_want_a_token_set_by_hand(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    open_to_all = read_settings(host="0.0.0.0")
    with pytest.raises(InvalidInputError, match="no token is set") as raised:
        access_token(open_to_all, state)
    assert "KB_TOKEN" in raised.value.hint
    with_token = read_settings(host="0.0.0.0", token="a-long-secret-token")
    assert access_token(with_token, state) == "a-long-secret-token"
    assert access_token(read_settings(), state) == state.token()


@pytest.mark.parametrize(
    "half",
    [
        {"llm_model": "m"},
        {"llm_base_url": "http://x/v1"},
        {"llm_base_url": "x", "llm_model": "m"},
        {"llm_base_url": "file:///etc", "llm_model": "m"},
        {"llm_base_url": "http://[::1/v1", "llm_model": "m"},
    ],
)
def test_half_a_language_model_or_a_wrong_one_is_an_error(half: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="KB_LLM_BASE_URL"):
        make_chat_model(read_settings(**half))


def test_no_language_model_is_fine() -> None:
    assert make_chat_model(read_settings()) is None


def test_a_chroma_server_is_named_by_its_address() -> None:
    assert chroma_server(read_settings()) is None
    server = chroma_server(read_settings(chroma_url="http://127.0.0.1:8000"))
    assert server is not None
    assert server.url == "http://127.0.0.1:8000"
    with pytest.raises(InvalidInputError) as raised:
        chroma_server(read_settings(chroma_url="127.0.0.1:8000"))
    assert "KB_CHROMA_URL" in raised.value.hint


def test_each_notes_folder_has_a_state_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "data")
    first = state_folder(read_settings(notes=tmp_path / "a" / "notes"))
    second = state_folder(read_settings(notes=tmp_path / "b" / "notes"))
    assert first.path != second.path
    assert first.path.name.startswith("notes-")
    chosen = state_folder(read_settings(notes=tmp_path, state=tmp_path / "mine"))
    assert chosen.path == tmp_path / "mine"
