"""What a question needs, said plainly: the nearest of what people commonly need.

A model may come with the vectors of thousands of needs, each under its plain name ("rename a
container"). Which of them a question is near to tells twice: their vectors stand for the question
in plain words, where it is asked in roundabout ones; and a question that is surely about a need to
which no chunk is near asks for what the notes do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.ports import FloatArray

_SURE: Final = 0.5
"""Cosine from which on a question may be about a need."""
_REACH: Final = 0.15
"""Needs whose cosine is so much lower than the nearest one's count for nothing."""
_TEMPERATURE: Final = 0.03
"""How sharply the nearest needs are told from the next ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedMatch:
    """What a chunk has to do with the need of a question."""

    meaning: float
    """Cosine of the chunk and the needs that the question is near to, -1..1."""
    certainty: float
    """How surely the question is about a common need, 0..0.5."""
    unmet: float
    """How much nearer the question is to its nearest need than the chunk is, -2..2."""


NO_NEED: Final = NeedMatch(meaning=0.0, certainty=0.0, unmet=0.0)
"""Where no needs are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What a question needs."""

    nearest: FloatArray
    """Vector of the nearest need, shape (dimension,)."""
    meaning: FloatArray
    """Mean of the near needs' vectors by their nearness, of length 1, shape (dimension,)."""
    cosine: float
    """Of the question and its nearest need."""

    def match(self, *, meaning: float, nearest: float) -> NeedMatch:
        """Compare a chunk.

        Args:
            meaning: Cosine of the chunk's best window and `meaning`.
            nearest: The same for `nearest`.
        """
        certainty = max(0.0, self.cosine - _SURE)
        return NeedMatch(meaning=meaning, certainty=certainty, unmet=self.cosine - nearest)


def need_of(question: FloatArray, needs: FloatArray) -> Need | None:
    """Return what a question needs; None where no needs are known.

    Args:
        question: The question's vector, shape (dimension,).
        needs: Vectors of the known needs, shape (needs, dimension).
    """
    if not len(needs):
        return None
    cosines = needs @ question
    best = int(cosines.argmax())
    near = np.flatnonzero(cosines > cosines[best] - _REACH)
    shares = np.exp((cosines[near] - cosines[best]) / np.float32(_TEMPERATURE))
    mean = shares @ needs[near]
    return Need(needs[best], mean / np.linalg.norm(mean), float(cosines[best]))
