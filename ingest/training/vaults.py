"""What is learnt from the vaults: their questions, the same as chats, and near misses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.training.evaluation import Encoder
from ingest.training.near_misses import NEAR_FILE, NearMisses, read_near_misses
from ingest.training.pair_groups import PairGroup, vault_groups
from kb.evaluation.gold import GoldQuestion, load_gold
from kb.evaluation.wordings import CHATS_FILE, read_wordings, reworded
from kb.text.asking import asked_part

VAULTS: Final = "vaults"
"""Their folder among the lessons."""
_CHAT_TIMES: Final = 12
"""So often a question is learnt in the words of a chat: there are few of them."""
_EVERY_KNOWN: Final = 4
"""Of the vaults that were learnt from before, every so manieth question is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultLessons:
    """Questions beside passages, and passages beside questions."""

    groups: list[PairGroup]
    near_misses: list[NearMisses]


def read_vaults(lessons: Path, encode: Encoder, *, newest: int = 0) -> VaultLessons:
    """Read what the vaults in a folder of lessons teach.

    Args:
        lessons: The folder.
        encode: Finds the passages that are near a question.
        newest: The vaults from this number on are new; of the others less is asked.
    """
    folder = lessons / VAULTS
    asked = asked_of_vaults(folder, newest=newest)
    groups = list(vault_groups(folder / "notes", asked, encode))
    # As it is worded in a chat, a question comes last: its own passage counts.
    passages = {one.id: one.right for one in reversed(groups) if one.id and one.right is not None}
    return VaultLessons(groups=groups, near_misses=read_near_misses(folder / NEAR_FILE, passages))


def asked_of_vaults(folder: Path, *, newest: int = 0) -> list[GoldQuestion]:
    """Return what is asked of the vaults, and after it the same as it is worded in a chat.

    Args:
        folder: Of the vaults.
        newest: Of the vaults before this number every fourth question is asked.
    """
    questions = [
        one
        for place, one in enumerate(load_gold([folder / "questions.jsonl"]))
        if not newest or _number(one) >= newest or place % _EVERY_KNOWN == 0
    ]
    chats = read_wordings(folder / CHATS_FILE)
    parts = {id_: asked_part(text) for id_, text in chats.items()}
    return [*questions, *list(reworded(questions, parts)) * _CHAT_TIMES]


def _number(asked: GoldQuestion) -> int:
    """Return the number of the vault that a question is asked of."""
    return int(asked.path_prefix.rstrip("/"))
