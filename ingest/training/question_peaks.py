"""Finds how large the numbers grow that come into the embedder's matrices while it reads questions.

With that its matrices can take a byte a number; see `ingest.models.quantization`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import torch

from ingest.models.model_files import keep_offline
from ingest.models.quantization import input_peaks
from ingest.models.question_network import save_peaks
from ingest.training.lessons import Lesson

_READ: Final = 1500
"""About how many questions are read."""


def add_question_peaks(lessons: Sequence[Lesson], *, model: Path) -> int:
    """Write the peaks beside a folder's weights; return how many questions were read.

    Args:
        lessons: Their questions are read.
        model: The exported folder.
    """
    keep_offline()
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(str(model), device="cpu", local_files_only=True).float().eval()
    network = cast("Any", loaded[0]).auto_model
    questions = [
        question
        for lesson in lessons
        for fact in lesson.facts
        for asked in fact.questions.values()
        for question in asked
    ]
    sample = questions[:: max(1, len(questions) // _READ)]

    def read() -> None:
        with torch.inference_mode():
            for question in sample:
                network(input_ids=loaded.preprocess([question])["input_ids"])

    save_peaks(input_peaks(network.encoder, read), model)
    return len(sample)
