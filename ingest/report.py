"""What a sync says of itself: progress while it runs, a report at its end, the index's status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.model import ChunkKind, NoteId, NoteWarning

SyncPhase = Literal["scan", "index", "done"]
IndexState = Literal["ok", "indexing", "degraded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """How far a running sync has come."""

    phase: SyncPhase
    files_total: int = 0
    """Files to read in this sync; unchanged files are not counted."""
    files_done: int = 0
    chunks_total: int = 0
    """Chunks found so far in the files that were read."""
    chunks_done: int = 0
    """Chunks of them that are in the index."""
    embedded: int = 0
    """Windows that went through the model."""
    reused: int = 0
    """Windows whose vector was known already."""
    current: str = ""
    """The note that was read last."""
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did. The note lists are in order of path."""

    added: tuple[NoteId, ...] = ()
    changed: tuple[NoteId, ...] = ()
    removed: tuple[NoteId, ...] = ()
    renamed: tuple[tuple[NoteId, NoteId], ...] = ()
    """Old and new path; such notes are neither in `added` nor in `removed`."""
    unchanged: int = 0
    failed: tuple[NoteId, ...] = ()
    """Notes that could not be read; why stands in `warnings`."""
    notes: int = 0
    """Notes in the index after the sync."""
    chunks: int = 0
    """Chunks in the index after the sync."""
    kinds: Mapping[ChunkKind, int] = field(default_factory=dict)
    """Chunks in the index by kind."""
    embedded: int = 0
    """Windows that went through the model."""
    reused: int = 0
    """Windows whose vector was known already."""
    warnings: tuple[NoteWarning, ...] = ()
    """Of the notes that this sync read."""
    duration_s: float = 0.0
    cancelled: bool = False
    """It was stopped half-way; the index is whole, and the next sync goes on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """The state of the index, for people and for the health check."""

    state: IndexState
    notes: int = 0
    chunks: int = 0
    fingerprint: str = ""
    model: str = ""
    message: str = ""
    """Why the index is not `ok`; empty where it is."""
    code: str = ""
    """The same as a stable code; empty where it is `ok`, loaded or built for the first time."""
    is_rebuilding: bool = False
    """An outdated index answers while another one is built."""
    warnings: tuple[NoteWarning, ...] = ()
    """Of all notes in the index."""
