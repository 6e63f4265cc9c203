"""Makes the vectors of what people commonly need: plain names, no two of them nearly the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.training.student import Student, encode, tokenize
from kb.ports import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_ALIKE: Final = 0.77
"""Cosine from which on a name adds little to one before it; so the table stays below 4 MB."""
_BLOCK: Final = 512


def make_needs(student: Student, tokenizer: Tokenizer, names: Sequence[str]) -> FloatArray:
    """Return unit vectors of names, without those nearly the same as one before.

    Shape (needs, dimensions).
    """
    ids = tokenize(tokenizer, names)
    return distinct(encode(student, ids, device=student.rows.device, fast=False))


def distinct(vectors: FloatArray, most_alike: float = MOST_ALIKE) -> FloatArray:
    """Return the unit vectors that are not so near to one before, in order."""
    kept = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        fresh = block[(block @ kept.T).max(axis=1, initial=-1.0) < most_alike]
        among = np.tril(fresh @ fresh.T, k=-1).max(axis=1, initial=-1.0)
        kept = np.concatenate([kept, fresh[among < most_alike]])
    return kept
