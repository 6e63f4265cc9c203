"""What a search found."""

from __future__ import annotations

from pydantic import BaseModel

from kb.model import Chunk, Hit


class ArmBody(BaseModel):
    """A chunk's place in one arm of the retrieval."""

    rank: int
    score: float


class HitExplanation(BaseModel):
    """What the index knows of a chunk."""

    kind: str
    context: str
    commands: list[str]
    flags: list[str]


class HitBody(BaseModel):
    """A chunk found for a query."""

    chunk_id: str
    note: str
    line_start: int
    line_end: int
    heading_trail: list[str]
    text: str
    score: float
    arms: dict[str, ArmBody]
    explanation: HitExplanation | None = None

    @classmethod
    def of(cls, hit: Hit, *, explain: bool) -> HitBody:
        """Turn a hit into its wire shape."""
        return cls(
            chunk_id=hit.chunk.id,
            note=hit.chunk.note,
            line_start=hit.chunk.lines.start,
            line_end=hit.chunk.lines.end,
            heading_trail=list(hit.chunk.heading_trail),
            text=hit.chunk.text,
            score=hit.score,
            arms=_arm_bodies(hit),
            explanation=_explanation_of(hit.chunk) if explain else None,
        )


class SearchBody(BaseModel):
    """The chunks nearest to a query, best first."""

    hits: list[HitBody]


def _arm_bodies(hit: Hit) -> dict[str, ArmBody]:
    return {name: ArmBody(rank=arm.rank, score=arm.score) for name, arm in hit.arms.items()}


def _explanation_of(chunk: Chunk) -> HitExplanation:
    return HitExplanation(
        kind=chunk.kind.value,
        context=chunk.context,
        commands=list(chunk.commands),
        flags=list(chunk.flags),
    )
