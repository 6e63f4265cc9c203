"""Commands: what was offered, what would run, what to run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from kb.model import Command, Language, Refusal, Slot, SlotChoices, TokenExplanation
from server.schemas.base import WireModel
from server.schemas.citations import CitationBody

MAX_COMMAND_CHARS = 4000
MAX_VALUE_CHARS = 1000
MAX_VALUES = 100
MAX_ID_CHARS = 100

SlotValues = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=200)],
        Annotated[str, StringConstraints(max_length=MAX_VALUE_CHARS)],
    ],
    Field(max_length=MAX_VALUES),
]
"""Slot id -> value."""
_LANGUAGE = "Of what is said about the line; by default the line's own."


class RefusalBody(BaseModel):
    """Why a command is not run."""

    code: str
    message: str
    hint: str = ""
    suggestion: str = ""

    @classmethod
    def of(cls, refusal: Refusal | None) -> RefusalBody | None:
        """Turn a refusal into its wire shape."""
        if refusal is None:
            return None
        return cls(
            code=refusal.code,
            message=refusal.message,
            hint=refusal.hint,
            suggestion=refusal.suggestion,
        )


class SlotBody(BaseModel):
    """A value of a command that can be edited."""

    id: str
    label: str
    value: str
    placeholder: bool
    required: bool
    choices: SlotChoices | None
    existing: bool = Field(
        default=False, description="Only a value that is one of the choices will do."
    )
    hint: str = ""
    offers: list[str] = []
    start: int | None = Field(
        default=None,
        description="Where the value begins in the command's text, in characters, where known.",
    )

    @classmethod
    def of(cls, slot: Slot) -> SlotBody:
        """Turn a slot into its wire shape."""
        return cls(
            id=slot.id,
            label=slot.label,
            value=slot.value,
            placeholder=slot.placeholder,
            required=slot.required,
            choices=slot.choices,
            existing=slot.existing,
            hint=slot.hint,
            offers=list(slot.offers),
            start=slot.start,
        )


class ExplanationBody(BaseModel):
    """What one token of a command does."""

    token: str
    text: str
    citation: CitationBody | None

    @classmethod
    def of(cls, explanation: TokenExplanation) -> ExplanationBody:
        """Turn an explanation into its wire shape."""
        citation = explanation.citation
        return cls(
            token=explanation.token,
            text=explanation.text,
            citation=None if citation is None else CitationBody.of(citation),
        )


class CommandBody(BaseModel):
    """A command line of a note."""

    id: str
    text: str
    note: str
    line_start: int
    line_end: int
    runnable: bool
    refusal: RefusalBody | None
    risk: Literal["read", "change", "destroy"]
    slots: list[SlotBody]
    explanation: list[ExplanationBody]
    hints: list[str] = []

    @classmethod
    def of(cls, command: Command) -> CommandBody:
        """Turn a command into its wire shape."""
        return cls(
            id=command.id,
            text=command.text,
            note=command.note,
            line_start=command.lines.start,
            line_end=command.lines.end,
            runnable=command.runnable,
            refusal=RefusalBody.of(command.refusal),
            risk=command.risk.value,
            slots=[SlotBody.of(slot) for slot in command.slots],
            explanation=[ExplanationBody.of(each) for each in command.explanation],
            hints=list(command.hints),
        )


class PreviewRequest(WireModel):
    """Values for a command's slots."""

    values: SlotValues = Field(default_factory=dict)


class RunRequest(WireModel):
    """Run an offered command."""

    values: SlotValues = Field(default_factory=dict)
    confirm: bool = False
    clean: bool = Field(
        default=False,
        description="Build from the note's Dockerfile without the comments that break it.",
    )
    instead: bool = Field(
        default=False,
        description="Run what the refusal suggests, on the note's files, where it is refused.",
    )
    answer: str = Field(
        default="",
        max_length=MAX_ID_CHARS,
        description="The answer whose card it is started from, to find the run again by.",
    )


class TypedRunRequest(WireModel):
    """Run a line that the user typed."""

    text: str = Field(min_length=1, max_length=MAX_COMMAND_CHARS)
    values: SlotValues = Field(default_factory=dict)
    confirm: bool = False
    language: Language | None = Field(default=None, description=_LANGUAGE)


class TypedPreviewRequest(WireModel):
    """A line that the user typed, to be judged."""

    text: str = Field(min_length=1, max_length=MAX_COMMAND_CHARS)
    values: SlotValues = Field(default_factory=dict)
    language: Language | None = Field(default=None, description=_LANGUAGE)


class PreviewBody(BaseModel):
    """What would run."""

    text: str = Field(description="The final command line.")
    explanation: list[ExplanationBody]
    risk: Literal["read", "change", "destroy"]
    refusal: RefusalBody | None
    runnable: bool
    slots: list[SlotBody] = Field(description="The slots of the final line.")
    hints: list[str] = []
