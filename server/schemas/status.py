"""Health, ingest jobs and the sandbox."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from kb.model import Language
from kb.reasons import SandboxReason

IndexStateName = Literal["ok", "indexing", "degraded"]
SandboxStateName = Literal["ready", "starting", "off", "unavailable"]
JobStateName = Literal["running", "done", "failed", "cancelled"]


AGE = Field(description="Seconds since it was made; 0 where that is not known.")


class IndexHealth(BaseModel):
    """The index in short."""

    notes: int
    chunks: int
    fingerprint: str
    model: str
    message: str = Field("", description="Why the index is not ok.")
    rebuilding: bool = Field(
        default=False, description="An outdated index answers while another one is built."
    )
    warnings: int = Field(0, description="Notes that could not be read as meant.")


class SandboxHealth(BaseModel):
    """The sandbox in short."""

    state: SandboxStateName
    engine: str
    message: str
    reasons: list[SandboxReason] = Field(
        default=[],
        description="Of the message, to say it in other words; several where several"
        " ways to a sandbox were tried.",
    )
    driver: str = ""
    switched_off: bool = Field(
        default=False, description="The settings want none: asking for a start brings none."
    )


class HealthBody(BaseModel):
    """How the server is; `ok` means that it answers questions, whatever the sandbox does."""

    status: IndexStateName
    index: IndexHealth
    sandbox: SandboxHealth
    version: str
    editable: bool = Field(description="Whether notes can be saved and deleted here.")
    llm: bool = Field(description="Whether a language model is set.")
    message: str = ""
    code: str = Field("", description="Of the message, to say it in other words.")
    job_id: str = Field("", description="The ingest job that runs now; empty where none does.")


class ProgressBody(BaseModel):
    """How far a job has come."""

    phase: str
    files_total: int = 0
    files_done: int = 0
    chunks_total: int = 0
    chunks_done: int = 0
    embedded: int = 0
    reused: int = 0
    current: str = ""
    duration_s: float = 0.0


class WarningBody(BaseModel):
    """Something in a note that could not be read as meant."""

    note: str
    line: int = Field(description="1-based; 0 means the whole file.")
    message: str
    hint: str
    code: str = Field("", description="Its kind, to say it in other words.")


class WarningListBody(BaseModel):
    """What could not be read as meant, of all notes in the index."""

    warnings: list[WarningBody]


class ReportBody(BaseModel):
    """What a finished job did."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    renamed: list[tuple[str, str]]
    failed: list[str]
    unchanged: int
    notes: int
    chunks: int
    kinds: dict[str, int]
    embedded: int
    reused: int
    warnings: list[WarningBody]
    duration_s: float
    cancelled: bool


class JobBody(BaseModel):
    """An ingest job as it is now."""

    job_id: str
    state: JobStateName
    progress: ProgressBody
    counts: ReportBody | None = Field(description="Null until the job is done.")
    error: str | None = None
    hint: str | None = None
    code: str | None = Field(None, description="Of the error.")


class StartedJobBody(BaseModel):
    """A job was started, or runs already."""

    job_id: str


class PublishedPortBody(BaseModel):
    """A container's port that can be reached."""

    container: str
    container_port: int
    protocol: str
    host: str
    host_port: int
    url: str


class CleanRequest(BaseModel):
    """Whether what is named may go."""

    confirm: bool = Field(default=False, description="Without it, what would go is only named.")
    language: Language = Field(default="en", description="In which things are named.")


class CleanedBody(BaseModel):
    """What was removed."""

    removed: list[str] = Field(description="In words: `container web`, `volume data`.")


class ContainerBody(BaseModel):
    """A container."""

    id: str
    name: str
    image: str
    command: str
    state: str
    status: str
    created: float
    age_s: float = AGE
    ports: list[PublishedPortBody]


class ImageBody(BaseModel):
    """An image."""

    id: str
    tags: list[str]
    size_bytes: int
    created: float
    age_s: float = AGE


class VolumeBody(BaseModel):
    """A volume."""

    name: str
    driver: str
    created: float
    age_s: float = AGE


class NetworkBody(BaseModel):
    """A network."""

    id: str
    name: str
    driver: str


class SandboxBody(SandboxHealth):
    """The daemon and everything in it."""

    containers: list[ContainerBody]
    images: list[ImageBody]
    volumes: list[VolumeBody]
    networks: list[NetworkBody]
    ports: list[PublishedPortBody]
