"""What all steps of a run share: its folder, tokenizer, teacher and device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ingest.training.prepare import ROWS_FILE, TOKENIZER_FILE
from ingest.training.student import Student, load_body, load_student, pool
from ingest.training.teacher import teacher_folder
from ingest.training.vocabulary import cyrillic_ids, load_tokenizer
from kb.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel


class Teacher(nn.Module):
    """The teacher's sentence vectors, from ids of English text.

    Args:
        body: Its network.
    """

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors, shape (texts, dimensions), of padded ids and their mask.

        Ids past the teacher's vocabulary (Cyrillic in an English text) read as `[UNK]`.
        """
        known = torch.where(ids < self.body.config.vocab_size, ids, 100)
        hidden = self.body(input_ids=known, attention_mask=mask).last_hidden_state
        return pool(hidden, mask)


@dataclass(frozen=True)
class Workspace:
    """A run's folder and what is loaded from it."""

    folder: Path
    device: torch.device
    model: Path | None = None
    """An exported folder that the run goes on from: its tokenizer, and its English as teacher."""

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The extended tokenizer.

        Raises:
            ModelError: There is none yet.
        """
        path = (self.model or self.folder) / TOKENIZER_FILE
        if not path.is_file():
            raise ModelError(f"no tokenizer at {path}", hint="run the vocab step first")
        return load_tokenizer(path)

    @cached_property
    def teacher(self) -> nn.Module:
        """The teacher, on the device: makes vectors of ids and mask."""
        made = load_student(self.model) if self.model else Teacher(load_body(teacher_folder()))
        return made.to(self.device)


def build_student(workspace: Workspace) -> Student:
    """Build the student with its initial rows, on the device.

    Raises:
        ModelError: The rows are not there or do not fit the tokenizer.
    """
    cyrillic = cyrillic_ids(workspace.tokenizer)
    path = workspace.folder / ROWS_FILE
    if not path.is_file():
        raise ModelError(f"no initial rows at {path}", hint="run the align step first")
    rows = np.load(path)
    if len(rows) != len(cyrillic):
        raise ModelError(
            f"{len(rows)} initial rows for {len(cyrillic)} tokens",
            hint="the vocabulary has changed: run the align step again",
        )
    student = Student(
        load_body(teacher_folder()),
        cyrillic=cyrillic,
        rows=rows,
        vocabulary_size=workspace.tokenizer.get_vocab_size(),
    )
    return student.to(workspace.device)
