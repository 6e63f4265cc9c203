"""The settings of a start: what the environment (`KB_*`) and the command line say."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kb.errors import InvalidInputError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
MIN_TOKEN_CHARS = 16

SandboxMode = Literal["auto", "managed", "dind", "external", "off"]
Egress = Literal["internet", "none"]
LogFormat = Literal["text", "json"]


class Settings(BaseSettings):
    """One value for each `KB_*` variable; the command line's options go over them.

    Never made at import: `read_settings` makes it when a command starts.
    """

    model_config = SettingsConfigDict(env_prefix="KB_", extra="ignore", frozen=True)

    notes: Path = Field(
        Path(),
        description="The notes folder.",
        json_schema_extra={"shown_default": "the current folder"},
    )
    state: Path | None = Field(
        None,
        description="The state folder.",
        json_schema_extra={"shown_default": "one per notes folder, in the user's data directory"},
    )
    host: str = Field(
        DEFAULT_HOST,
        description="The address to listen on. Loopback is had in both families. Another address "
        "needs `KB_TOKEN`.",
    )
    port: int = Field(
        DEFAULT_PORT,
        ge=0,
        le=65535,
        description="The port; `0` takes a free one.",
    )
    edit: bool = Field(
        default=False,
        description="Let notes be saved and deleted over the API and the page.",
    )
    token: SecretStr | None = Field(
        None,
        description="The access token, at least 16 printable ASCII characters without spaces.",
        json_schema_extra={"shown_default": "made at the first start, kept in the state folder"},
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Further `Host` values to answer to, separated by commas (`kb.example.org`, "
        "`kb.example.org:8443`): for a proxy.",
    )
    embedding_model: Path | None = Field(
        None,
        description="Folder of a sentence-transformers model. Another model builds another index "
        "beside the old one, and swaps.",
        json_schema_extra={"shown_default": "the shipped model"},
    )
    chroma_url: str = Field(
        "",
        description="URL of a Chroma server that keeps the vectors: scheme, host and port, "
        "`http://127.0.0.1:8000`. See [below](#a-chroma-server).",
        json_schema_extra={"shown_default": "none: Chroma runs inside the process"},
    )
    sandbox: SandboxMode = Field(
        "auto",
        description="How the sandbox daemon is got: `auto`, `managed`, `dind`, `external`, `off`. "
        "See [sandbox](sandbox.md#which-daemon).",
    )
    sandbox_dind_image: str = Field(
        "docker:28-dind",
        min_length=1,
        description="Image of the daemon for `dind`: any with `dockerd`, `iptables` and a shell. "
        "Pulled by your Docker Engine where it is missing.",
    )
    sandbox_egress: Egress = Field(
        "internet",
        description="Whether containers reach public addresses: `internet` or `none`.",
    )
    sandbox_host: str = Field(
        "",
        description="Address of an `external` sandbox daemon, which must carry the label "
        "`kb.sandbox`.",
    )
    sandbox_mirror: str = Field(
        "",
        description="URL of a registry mirror that the sandbox asks first.",
    )
    llm_base_url: str = Field(
        "",
        description="Base URL of an OpenAI-compatible service (`http://127.0.0.1:11434/v1`), for "
        "answers in mode `llm`.",
    )
    llm_model: str = Field(
        "",
        description="Name of the language model; goes with the base URL.",
    )
    llm_api_key: SecretStr | None = Field(
        None,
        description="Key for the service.",
    )
    llm_timeout_s: float = Field(
        60.0,
        gt=0,
        description="Seconds that the language model may take for one answer; after that the "
        "extractive answer is given.",
    )
    mcp: bool = Field(
        default=False,
        description="Serve the Model Context Protocol at `/mcp`; needs `pip install 'kb[mcp]'`.",
    )
    mcp_run: bool = Field(
        default=False,
        description="Let MCP clients run commands in the sandbox, too.",
    )
    log_format: LogFormat = Field(
        "text",
        description="Form of the log on stderr: `text` or `json` (one object a line). Neither "
        "questions nor note paths are logged.",
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        token = value.get_secret_value()
        if len(token) < MIN_TOKEN_CHARS or not token.isascii() or not token.isprintable():
            raise ValueError(
                f"must be at least {MIN_TOKEN_CHARS} printable ASCII characters without spaces"
            )
        if " " in token:
            raise ValueError("must not contain spaces")
        return value

    @field_validator("llm_api_key")
    @classmethod
    def _check_api_key(cls, value: SecretStr | None) -> SecretStr | None:
        key = "" if value is None else value.get_secret_value()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("must be printable ASCII characters: it is sent in a header")
        return value

    @property
    def notes_dir(self) -> Path:
        """The notes folder as an absolute path."""
        return self.notes.expanduser().resolve()


def read_settings(**overrides: object) -> Settings:
    """Read the environment and put the options that were given over it.

    Args:
        **overrides: Values of the command line; None means "not given".

    Raises:
        InvalidInputError: A value cannot be used; the message names the variable.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise InvalidInputError(_describe(error), hint="see docs/configuration.md") from error


def _describe(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "KB_" + "_".join(str(part) for part in problem["loc"]).upper()
        problems.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "; ".join(problems)


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on is this machine's own alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
