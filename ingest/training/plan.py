"""Which texts are learnt from, in which order and in which batches: a function of seed and number.

Nothing here depends on the run so far, so a run that was stopped goes on with the very batch that
would have come next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ingest.training.pairs import Floats, Indices, Pairs, weighted_order

_T = TypeVar("_T")

SHORT_WORDS = 28
"""English words up to which a pair is learnt as it is; longer ones go with the passages."""
PASSAGE_WORDS = 125
"""English words up to which a passage is joined: with Russian's tokens it just fits 256."""
_TOPIC_MIN, _TOPIC_MAX = 3, 60
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """How chunks are filled."""

    seed: int = 1
    sentences: int = 8192
    """Short pairs a chunk."""
    passages: int = 640
    """Long pairs and joined passages a chunk."""
    phrases: int = 256
    """Everyday phrases a chunk."""
    max_items: int = 128
    """Most texts a batch."""
    max_tokens: int = 3072
    """Most tokens a batch, padding included."""
    english_share: float = 0.0
    """Share of items whose English side the student reads, so that it does not forget English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One text to learn from."""

    english: str
    """What the teacher reads."""
    student: str
    """What the student reads: the Russian side, or the English one again."""


class Plan:
    """Chunks of items, by number.

    Args:
        pairs: The corpus.
        weights: How likely each pair is drawn, shape (pairs,).
        settings: Sizes and shares.
        phrases: Everyday phrases in both languages; a chunk takes the next few of them.
    """

    def __init__(
        self, pairs: Pairs, weights: Floats, settings: PlanSettings, *, phrases: Pairs | None = None
    ) -> None:
        self.settings = settings
        self._pairs = pairs
        self._phrases = _shuffled(phrases, settings.seed) if phrases is not None else []
        words = np.array([text.count(" ") + 1 for text in pairs.english])
        short = np.flatnonzero(words <= SHORT_WORDS)
        self._short = short[weighted_order(weights[short], seed=settings.seed)]
        passages = join_passages(pairs, words, seed=settings.seed) if settings.passages else []
        passage_weights = np.array([weights[list(group)].mean() for group in passages])
        order = weighted_order(passage_weights, seed=settings.seed + 1)
        self._passages = [passages[i] for i in order]

    def chunk(self, number: int) -> list[Item]:
        """Return chunk `number` (from 0; past the end of the corpus it starts again)."""
        settings = self.settings
        groups: list[Sequence[int]] = [
            [int(i)] for i in _slice(self._short, number * settings.sentences, settings.sentences)
        ]
        groups += _cycle(self._passages, number * settings.passages, settings.passages)
        texts = [self._join(group) for group in groups]
        texts += _cycle(self._phrases, number * settings.phrases, settings.phrases)
        replay = np.random.default_rng([settings.seed, number]).random(len(texts))
        return [
            Item(english=english, student=english if share < settings.english_share else russian)
            for (english, russian), share in zip(texts, replay, strict=True)
        ]

    def _join(self, group: Sequence[int]) -> tuple[str, str]:
        english = " ".join(self._pairs.english[i] for i in group)
        return english, " ".join(self._pairs.russian[i] for i in group)


def join_passages(pairs: Pairs, words: Indices, *, seed: int) -> list[tuple[int, ...]]:
    """Return groups of 1-6 pairs of one source and subject that make a passage together.

    The corpus keeps no order of sentences, so neighbours are those that share a source and their
    rarest word. A pair that is long enough by itself makes a passage alone.
    """
    rng = np.random.default_rng([seed, 2])
    alone = np.flatnonzero((words > SHORT_WORDS) & (words <= PASSAGE_WORDS))
    groups: list[tuple[int, ...]] = [(int(i),) for i in alone]
    for members in _topics(pairs, words):
        shuffled = rng.permutation(members)
        start = 0
        while start + 1 < len(shuffled):
            group = _fill(shuffled[start : start + int(rng.integers(2, 7))], words)
            if len(group) > 1:
                groups.append(group)
            start += len(group)
    return groups


def _fill(members: Indices, words: Indices) -> tuple[int, ...]:
    within = np.cumsum(words[members]) <= PASSAGE_WORDS
    return tuple(int(i) for i in members[: max(1, int(within.sum()))])


def _topics(pairs: Pairs, words: Indices) -> Iterator[Indices]:
    """Yield the short and middling pairs of each (source, rarest word)."""
    found = [set(_WORD.findall(text.lower())) for text in pairs.english]
    frequency = Counter(word for one in found for word in one)
    by_topic: dict[tuple[str, str], list[int]] = {}
    for i, candidates in enumerate(found):
        usual = [word for word in candidates if _TOPIC_MIN <= frequency[word] <= _TOPIC_MAX]
        if usual and words[i] <= 2 * SHORT_WORDS:
            rarest = min(usual, key=lambda word: (frequency[word], word))
            by_topic.setdefault((pairs.source[i], rarest), []).append(i)
    for members in by_topic.values():
        if len(members) > 1:
            yield np.array(members)


def batches(lengths: Sequence[int], settings: PlanSettings, *, number: int) -> list[list[int]]:
    """Return batches of item indices: alike in length, shuffled among each other.

    Args:
        lengths: Tokens the student reads of each item of the chunk.
        settings: Limits of a batch.
        number: The chunk's number; with the seed it fixes the order.
    """
    made: list[list[int]] = [[]]
    for i in np.argsort(np.array(lengths), kind="stable").tolist():
        # Ascending lengths: the newcomer is the longest and sets the padded width.
        count = len(made[-1]) + 1
        if made[-1] and (count > settings.max_items or count * lengths[i] > settings.max_tokens):
            made.append([])
        made[-1].append(i)
    np.random.default_rng([settings.seed, number, 3]).shuffle(made)
    return [batch for batch in made if batch]


def _slice(order: Indices, start: int, count: int) -> Indices:
    return order[np.arange(start, start + count) % len(order)]


def _shuffled(pairs: Pairs, seed: int) -> list[tuple[str, str]]:
    order = np.random.default_rng([seed, 4]).permutation(len(pairs))
    return [(pairs.english[i], pairs.russian[i]) for i in order]


def _cycle(items: Sequence[_T], start: int, count: int) -> list[_T]:
    return [items[i % len(items)] for i in range(start, start + count)] if items else []
