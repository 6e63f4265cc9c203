"""A network recorded once, so that a short question need not wait for Python.

Of the 10 ms that a question of ten words takes, four go into the Python code around the operations.
`torch.jit` records the operations; the recording gives the same numbers for a text of any length.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import torch
from torch import Tensor, nn

from ingest.models.question_network import QuestionNetwork

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


_FIRST_RUNS: Final = 2
"""A recording is put in order as it runs for the first times."""


class RecordedModel:
    """A sentence-transformers model for one text at a time; its network is a recording.

    Args:
        model: A model whose first module is a BERT; computing, not training.
        peaks: See `QuestionNetwork`.
    """

    def __init__(self, model: SentenceTransformer, peaks: Mapping[str, Tensor]) -> None:
        modules = list(model)
        network = QuestionNetwork(cast("Any", modules[0]).auto_model, peaks).eval()
        self._network = recorded(network, (torch.ones(1, 7, dtype=torch.long),))
        self._others = modules[1:]

    def __call__(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return what the model makes of one text.

        Args:
            features: What the model's tokenizer makes of it, without padding.
        """
        output: dict[str, Any] = dict(features)
        output["token_embeddings"] = self._network(features["input_ids"])
        for module in self._others:
            output = module(output)
        return output


def recorded(network: nn.Module, example: tuple[Tensor, ...]) -> nn.Module:
    """Return a recording of a network: the same numbers for inputs of any length.

    Args:
        network: Computing, not training.
        example: What it is called with to be recorded; no size in it may be 1 that can be more.
    """
    with torch.inference_mode(), _quietly():
        traced = torch.jit.trace(network, example, check_trace=False)  # type: ignore[no-untyped-call]
        frozen: nn.Module = torch.jit.freeze(traced)
        for _ in range(_FIRST_RUNS):
            frozen(*example)
    return frozen


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep back what recording has to say of branches that no text takes."""
    logger = logging.getLogger("transformers")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
