"""First values of the Russian embedding rows: a mix of the English rows they are translated by.

Remy et al. 2024, "Trans-Tokenization and Cross-lingual Vocabulary Transfers".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.training.alignment import TranslationTable

Matrix = NDArray[np.float32]

TRANSLATIONS_PER_TOKEN = 4


def initial_rows(table: TranslationTable, embeddings: Matrix, token_ids: Sequence[int]) -> Matrix:
    """Return one start row a token, shape (tokens, dimensions).

    A row is the mean of the rows of the token's likeliest translations, weighted by the square of
    their probability. A token that was never aligned starts at the mean of all English rows.

    Args:
        table: Translations of the tokens into tokens of `embeddings`.
        embeddings: The teacher's token embeddings, shape (tokens, dimensions).
        token_ids: The tokens that want a row.
    """
    fallback = embeddings.mean(axis=0)
    rows = [_row(table, embeddings, token) for token in token_ids]
    return np.stack([fallback if row is None else row for row in rows]).astype(np.float32)


def _row(table: TranslationTable, embeddings: Matrix, token: int) -> Matrix | None:
    best = table.best(token, count=TRANSLATIONS_PER_TOKEN)
    known = [(id_, probability) for id_, probability in best if id_ < len(embeddings)]
    if not known:
        return None
    weights = np.array([probability**2 for _, probability in known], dtype=np.float32)
    rows: Matrix = embeddings[[id_ for id_, _ in known]]
    mixed: Matrix = (weights @ rows) / weights.sum()
    return mixed
