"""The embedder's network for questions: one text at a time, its matrices in bytes.

A question has a dozen tokens; its time goes into fetching the matrices, so a byte a number instead
of two makes it faster. Its vector then differs from float32's by a cosine of .001 (mean).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from torch import Tensor, nn

from ingest.models.model_files import QUESTION_PEAKS_FILE
from ingest.models.quantization import in_bytes, is_supported

if TYPE_CHECKING:
    from transformers.models.bert.modeling_bert import BertModel

_EXACT: Final = re.compile(r"layer\.\d+\.output\.dense")
"""The last matrix of a layer: what comes into it is so uneven that bytes cost more than in all
others together."""


class QuestionNetwork(nn.Module):
    """The states of one question's tokens.

    Args:
        network: Of the model; it is not changed.
        peaks: What `quantization.input_peaks` finds while the encoder embeds questions;
            empty to compute with the network as it is.
    """

    def __init__(self, network: BertModel, peaks: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.embeddings = network.embeddings
        self.is_in_bytes = bool(peaks) and is_supported()
        self.encoder: nn.Module = network.encoder
        if self.is_in_bytes:
            encoder = copy.deepcopy(network.encoder).float()
            self.encoder = in_bytes(encoder, peaks, exact=list(filter(_EXACT.fullmatch, peaks)))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the states, shape (1, tokens, dimension), of token ids, shape (1, tokens)."""
        embedded = self.embeddings(input_ids=ids)
        if self.is_in_bytes:
            embedded = embedded.float()
        states: Tensor = self.encoder(embedded)[0]
        return states


def load_peaks(folder: Path) -> dict[str, Tensor]:
    """Return the peaks that lie beside a model's weights; empty where none do."""
    from safetensors.torch import load_file

    path = folder / QUESTION_PEAKS_FILE
    return load_file(path) if path.is_file() else {}


def save_peaks(peaks: Mapping[str, Tensor], folder: Path) -> None:
    """Write peaks beside the weights of a model."""
    from safetensors.torch import save_file

    path = folder / QUESTION_PEAKS_FILE
    save_file(dict(peaks), path)
    path.chmod(0o644)  # safetensors writes for the owner alone
