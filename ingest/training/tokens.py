"""Makes the token head: the directions of the states that are kept, and the tokens' weights.

The network's last states meet across languages as they are (distillation and the lessons have seen
to that); what is left to choose is which directions to keep. Training them with the network over
the lessons found no more lines of other notes; training the network for them over vaults does
(`ingest.training.vault_tuning`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from ingest.models.token_vectors import HEAD_FILE, TokenHead
from ingest.training.student import Matrix, Student, pad, tokenize

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKEN_DIMENSION: Final = 128
"""With 96 a line less in fifty is found, with 384 no more."""
_GROUP: Final = 64


def make_head(
    student: Student,
    tokenizer: Tokenizer,
    *,
    passages: Sequence[str],
    sentences: Iterable[str],
    dimension: int = TOKEN_DIMENSION,
) -> TokenHead:
    """Return the head of a network.

    Args:
        student: The network.
        tokenizer: Its tokenizer.
        passages: Texts like those that are searched: their states tell which directions to keep.
        sentences: Many texts: how rare a token is in them is its weight.
        dimension: Length of a token's vector.
    """
    return TokenHead(
        principal_directions(_states(student, tokenizer, passages), dimension),
        rarity(tokenizer, sentences, size=len(student.row_of)),
    )


def principal_directions(states: Iterable[Matrix], dimension: int) -> Matrix:
    """Return the directions in which unit states differ most, shape (dimension, dimensions).

    Args:
        states: Batches of shape (tokens, dimensions).
        dimension: How many directions at the most.
    """
    products: Matrix | None = None
    for batch in states:
        unit = batch / np.maximum(np.linalg.norm(batch, axis=1, keepdims=True), 1e-12)
        own = unit.T @ unit
        products = own if products is None else products + own
    if products is None:
        raise ValueError("no states")
    _, directions = np.linalg.eigh(products)
    kept: Matrix = directions[:, -dimension:].T.astype(np.float32)
    return kept


def rarity(tokenizer: Tokenizer, texts: Iterable[str], *, size: int) -> Matrix:
    """Return each token's inverse document frequency (Robertson & Spärck Jones), above 0.

    Args:
        tokenizer: Splits the texts.
        texts: Each counts as a document.
        size: Tokens of the vocabulary.
    """
    found = np.zeros(size)
    total = 0
    for text in texts:
        total += 1
        found[list(set(tokenizer.encode(text).ids))] += 1
    weights: Matrix = np.log1p((total + 1) / (found + 1)).astype(np.float32)
    return weights


def save_head(head: TokenHead, folder: Path) -> None:
    """Write the head beside the weights of a model, in half precision."""
    from safetensors.numpy import save_file

    parts = {"projection": head.projection, "weights": head.weights}
    path = folder / HEAD_FILE
    save_file({name: part.astype(np.float16) for name, part in parts.items()}, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


@torch.no_grad()
def _states(student: Student, tokenizer: Tokenizer, texts: Sequence[str]) -> Iterable[Matrix]:
    """Yield the last states of texts, without the marks of beginning and end."""
    ids = tokenize(tokenizer, texts)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for start in range(0, len(order), _GROUP):
        padded, mask = pad([ids[i] for i in order[start : start + _GROUP]], student.rows.device)
        states = student.states(padded, mask).float()
        # Two marks less, so the mask ends two earlier; shifted by the first, as the states are.
        yield states[:, 1:-1][mask[:, 2:] > 0].cpu().numpy()
