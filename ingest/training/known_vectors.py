"""Vectors of what is learnt from, kept in a run's folder: a step that goes on makes none again.

Those of all vaults and lessons take a processor more than ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.models.kept_vectors import known_or_made
from ingest.models.model_files import WEIGHTS_FILE, file_hash
from ingest.training.evaluation import Encoder, student_encoder
from kb.store.embeddings import EmbeddingCache

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ingest.training.student import Student


@contextmanager
def known_vectors(
    encode: Encoder, *, model: Path, folder: Path, dimension: int
) -> Iterator[Encoder]:
    """Give an encoder that makes the vector of each text once, and finds it again later.

    Args:
        encode: Makes those that are not known.
        model: The exported folder of what encodes; vectors of other weights are not taken.
        folder: Where they are kept.
        dimension: Length of a vector.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"vectors-{file_hash(model / WEIGHTS_FILE).hex()[:16]}.sqlite3"
    with closing(EmbeddingCache(folder / name, dimension=dimension)) as cache:
        yield lambda texts: np.stack(known_or_made(cache, texts, encode))


def known_vectors_of(
    student: Student, tokenizer: Tokenizer, *, model: Path, folder: Path
) -> AbstractContextManager[Encoder]:
    """Give the same for a loaded model, which encodes in bfloat16."""
    encode = student_encoder(student, tokenizer, fast=True)
    return known_vectors(encode, model=model, folder=folder, dimension=student.rows.shape[1])
