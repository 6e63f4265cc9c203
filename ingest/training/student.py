"""The student network: the teacher's body, its English rows fixed, Cyrillic rows of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ingest.training.vocabulary import cyrillic_ids, load_tokenizer
from kb.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

Matrix = NDArray[np.float32]

MAX_TOKENS = 256
"""The window of teacher and student, special tokens included."""


class Student(nn.Module):
    """Mean-pooled, normalized sentence vectors from BERT with two embedding tables.

    The teacher's table is a constant. The rows of Cyrillic tokens are a parameter of their own, so
    that a step computes and stores gradients of the rows it has seen and of no others.

    Args:
        body: The teacher's network; its word embeddings are taken out as the constant table.
        cyrillic: Ids of the tokens whose rows are learnt, ascending.
        rows: Their first values, shape (len(cyrillic), dimensions).
        vocabulary_size: Tokens of the extended tokenizer.
    """

    def __init__(
        self, body: BertModel, *, cyrillic: Sequence[int], rows: Matrix, vocabulary_size: int
    ) -> None:
        super().__init__()
        self.body = body
        teacher_rows = body.embeddings.word_embeddings.weight.detach().clone()
        body.embeddings.word_embeddings = nn.Embedding(1, teacher_rows.shape[1])
        self.rows = nn.Parameter(torch.from_numpy(rows.astype(np.float32)))
        row_of = torch.full((vocabulary_size,), -1, dtype=torch.long)
        row_of[torch.tensor(cyrillic)] = torch.arange(len(cyrillic))
        self.teacher_rows: Tensor
        self.row_of: Tensor
        self.register_buffer("teacher_rows", teacher_rows, persistent=False)
        self.register_buffer("row_of", row_of, persistent=False)

    def body_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what is learnt besides the rows: all of BERT but its word embeddings and pooler."""
        for name, parameter in self.body.named_parameters():
            if not name.startswith(("pooler.", "embeddings.word_embeddings.")):
                yield parameter

    def embed(self, ids: Tensor) -> Tensor:
        """Return token embeddings of ids, shape (texts, tokens, dimensions)."""
        row = self.row_of[ids]
        fixed = functional.embedding(ids.clamp(max=len(self.teacher_rows) - 1), self.teacher_rows)
        learnt = functional.embedding(row.clamp(min=0), self.rows, sparse=True)
        return torch.where((row >= 0)[..., None], learnt, fixed)

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the last states, shape (texts, tokens, dimensions), of padded ids and mask."""
        states: Tensor = self.body(
            inputs_embeds=self.embed(ids), attention_mask=mask
        ).last_hidden_state
        return states

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors, shape (texts, dimensions), of padded ids and their mask."""
        return pool(self.states(ids, mask), mask)

    def full_table(self) -> Tensor:
        """Return the one embedding table to ship, shape (vocabulary, dimensions)."""
        table = torch.zeros(len(self.row_of), self.rows.shape[1])
        table[: len(self.teacher_rows)] = self.teacher_rows.cpu()
        learnt = self.row_of >= 0
        table[learnt.cpu()] = self.rows.detach().cpu()[self.row_of[learnt].cpu()]
        return table


def pool(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's states as a unit vector, shape (texts, dimensions)."""
    weight = mask[..., None].float()
    mean = (states.float() * weight).sum(dim=1) / weight.sum(dim=1)
    return functional.normalize(mean, dim=1)


def load_body(folder: Path) -> BertModel:
    """Load BERT for training: float32, no dropout, plain attention.

    Plain attention, because the fused CPU kernel's backward pass in bfloat16 takes as long as the
    rest of the network together.
    """
    from transformers import BertModel

    body = BertModel.from_pretrained(
        str(folder), attn_implementation="eager", dtype=torch.float32, local_files_only=True
    )
    body.train(mode=False)
    return body


def load_student(folder: Path) -> Student:
    """Load an exported folder for more training: float32, the table taken apart again.

    Raises:
        ModelError: The folder is no exported student.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"no model in {folder}", hint="give a folder that `export` has written")
    cyrillic = cyrillic_ids(load_tokenizer(path))
    body = load_body(folder)
    table = body.embeddings.word_embeddings.weight.detach()
    rows = table[torch.tensor(cyrillic)].numpy()
    others = max(set(range(len(table))).difference(cyrillic))
    # What the constructor takes the fixed rows from; Cyrillic ids among them go unused.
    body.embeddings.word_embeddings.weight = nn.Parameter(table[: others + 1].clone())
    return Student(body, cyrillic=cyrillic, rows=rows, vocabulary_size=len(table))


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Return the ids of texts, cut to the model's window."""
    tokenizer.enable_truncation(MAX_TOKENS)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def pad(ids: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return ids padded with 0 (BERT's `[PAD]`) and the mask, both (texts, longest)."""
    width = max(len(one) for one in ids)
    padded = torch.zeros(len(ids), width, dtype=torch.long)
    mask = torch.zeros(len(ids), width, dtype=torch.long)
    for i, one in enumerate(ids):
        padded[i, : len(one)] = torch.tensor(one)
        mask[i, : len(one)] = 1
    return padded.to(device), mask.to(device)


@torch.no_grad()
def encode(
    model: nn.Module, ids: Sequence[Sequence[int]], *, device: torch.device, fast: bool = True
) -> Matrix:
    """Return a unit vector for each text, shape (texts, dimensions).

    Args:
        model: Takes (ids, mask) and returns vectors.
        ids: Token ids of each text.
        device: Where `model` is.
        fast: Compute in bfloat16; otherwise in float32.
    """
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts: list[Matrix] = []
    for start in range(0, len(order), 64):
        padded, mask = pad([ids[i] for i in order[start : start + 64]], device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            parts.append(model(padded, mask).float().cpu().numpy())
    vectors = np.concatenate(parts)
    unsorted = np.empty_like(vectors)
    unsorted[order] = vectors
    return unsorted
