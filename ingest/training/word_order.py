"""The words of a question in another order: speech moves them freely, Russian most of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

_FEWEST: Final = 3
_MOST: Final = 14
_FARTHEST: Final = 2
"""So many words move from one end to the other at the most."""
_SPOKEN: Final = (("а", "ну", "вот", "слушай"), ("so", "and", "ok", "wait"))
"""What speech begins with, in Russian and in English."""

_Mover = Callable[[list[str], np.random.Generator], list[str]]


def reordered(text: str, rng: np.random.Generator) -> str:
    """Return a question with its words in another order, now and then as somebody says it.

    Of less than three words, or more than fourteen, it stays as it is. A mark at the end stays
    there, or is left out.
    """
    words = text.split()
    if not _FEWEST <= len(words) <= _MOST:
        return text
    bare = words[-1].rstrip("?!.")
    mark = words[-1][len(bare) :] if bare and rng.random() < 0.5 else ""
    words[-1] = bare or words[-1]
    move = _MOVES[int(rng.choice(len(_MOVES), p=_SHARES))]
    return " ".join(move(words, rng)) + mark


def _to_the_end(words: list[str], rng: np.random.Generator) -> list[str]:
    count = int(rng.integers(1, min(_FARTHEST, len(words) - 2) + 1))
    return words[count:] + words[:count]


def _to_the_front(words: list[str], rng: np.random.Generator) -> list[str]:
    count = int(rng.integers(1, min(_FARTHEST, len(words) - 2) + 1))
    return words[-count:] + words[:-count]


def _swapped(words: list[str], rng: np.random.Generator) -> list[str]:
    place = int(rng.integers(len(words) - 1))
    return [*words[:place], words[place + 1], words[place], *words[place + 2 :]]


def _first_further_on(words: list[str], rng: np.random.Generator) -> list[str]:
    place = int(rng.integers(1, len(words)))
    return [*words[1 : place + 1], words[0], *words[place + 1 :]]


def _shuffled(words: list[str], rng: np.random.Generator) -> list[str]:
    return [words[place] for place in rng.permutation(len(words))]


def _spoken(words: list[str], rng: np.random.Generator) -> list[str]:
    begins = _SPOKEN[" ".join(words).isascii()]
    return [begins[int(rng.integers(len(begins)))], *words]


_MOVES: Final[tuple[_Mover, ...]] = (
    _to_the_end, _to_the_front, _swapped, _first_further_on, _shuffled, _spoken,
)  # fmt: skip
_SHARES: Final = (0.3, 0.25, 0.2, 0.12, 0.06, 0.07)
