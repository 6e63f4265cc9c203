"""What rerankers learn from and are measured by, read from the folder of lessons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest.training.evaluation import Encoder
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.near_misses import near_misses_of_lessons
from ingest.training.pair_groups import PairGroup, lesson_groups
from ingest.training.vaults import VaultLessons, read_vaults

_MEASURED: Final = 1500
"""Of the questions held out so many are measured by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankingLessons:
    """Questions beside passages, of lessons and of vaults."""

    learnt: list[PairGroup]
    """Of the lessons that are learnt from."""
    measured: list[PairGroup]
    """Of the lessons that are held out."""
    vaults: VaultLessons
    """Its near misses are those of the lessons too."""


def read_reranking_lessons(lessons: Path, encode: Encoder, *, newest: int = 0) -> RerankingLessons:
    """Read what a folder of lessons teaches a reranker.

    Args:
        lessons: Folder of the lessons and of `vaults`.
        encode: Finds the passages that are near a question.
        newest: The vaults from this number on are new; of the others less is asked.
    """
    found = read_lessons(lessons)
    taught = [one for one in found if not is_held_out(one)]
    held_out = list(lesson_groups([one for one in found if is_held_out(one)], encode))
    vaults = read_vaults(lessons, encode, newest=newest)
    near_misses = [*vaults.near_misses, *near_misses_of_lessons(lessons, taught)]
    return RerankingLessons(
        learnt=list(lesson_groups(taught, encode)),
        measured=held_out[:: max(1, len(held_out) // _MEASURED)],
        vaults=replace(vaults, near_misses=near_misses),
    )
