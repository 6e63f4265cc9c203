"""A reader that has embeddings and a vocabulary of its own: its files.

It lies below the reranker of the model that it reads beside, and goes with any model: nothing in it
depends on the embedder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.models.model_files import reranker_folder
from ingest.models.packed_tensors import read_packed, write_packed
from ingest.models.pair_network import PairNetwork
from ingest.models.pair_reader import PairReader, recorded_network, with_peaks

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertEmbeddings

OWN_READER_FOLDER: Final = "second"
READER_FILE: Final = "reader.safetensors"
_TOKENIZER_FILE: Final = "tokenizer.json"
_CONFIG_FILE: Final = "config.json"
_EMBEDDINGS: Final = "embeddings."


@dataclass(frozen=True, slots=True)
class StoredReader:
    """What the files of a reader hold."""

    config: BertConfig
    tensors: Mapping[str, Tensor]
    """Of the network, as `with_peaks` gives them."""
    embeddings: BertEmbeddings
    tokenizer: Tokenizer


def load_own_reader(model: Path) -> PairReader | None:
    """Return the reader that lies with the reranker of a model; None where there is none."""
    stored = stored_own_reader(model)
    if stored is None:
        return None
    network = recorded_network(stored.config, stored.tensors)
    return PairReader(network, stored.embeddings, stored.tokenizer, tells_parts=False)


def stored_own_reader(model: Path) -> StoredReader | None:
    """Return what the files of the reader beside a model hold; None where there is none."""
    from tokenizers import Tokenizer
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertEmbeddings

    folder = reranker_folder(model) / OWN_READER_FOLDER
    if not (folder / READER_FILE).is_file():
        return None
    config = BertConfig(**json.loads((folder / _CONFIG_FILE).read_text(encoding="utf-8")))
    tensors = read_packed(folder / READER_FILE)
    embeddings = BertEmbeddings(config)  # type: ignore[no-untyped-call]
    rows = {n: tensors.pop(n) for n in list(tensors) if n.startswith(_EMBEDDINGS)}
    embeddings.load_state_dict({n.removeprefix(_EMBEDDINGS): t for n, t in rows.items()})
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER_FILE))
    return StoredReader(config, tensors, embeddings.eval(), tokenizer)


def save_own_reader(
    network: PairNetwork,
    embeddings: BertEmbeddings,
    tokenizer: Tokenizer,
    peaks: Mapping[str, Tensor],
    model: Path,
) -> Path:
    """Write a reader beside the reranker of a model; return its folder.

    Args:
        network: What was trained.
        embeddings: What it was trained on.
        tokenizer: Its own; neither truncates nor pads.
        peaks: See `in_bytes`.
        model: Folder of the model.
    """
    folder = reranker_folder(model) / OWN_READER_FOLDER
    rows = {_EMBEDDINGS + name: tensor for name, tensor in embeddings.state_dict().items()}
    write_packed({**rows, **with_peaks(network, peaks)}, folder / READER_FILE)
    tokenizer.save(str(folder / _TOKENIZER_FILE), pretty=False)
    config = json.dumps(_config(network, embeddings), indent=1, sort_keys=True)
    (folder / _CONFIG_FILE).write_text(config + "\n", encoding="utf-8")
    return folder


def _config(network: PairNetwork, embeddings: BertEmbeddings) -> dict[str, int | float]:
    """Return what a `BertConfig` must be told of sizes."""
    own = network.encoder.config
    return {
        "vocab_size": embeddings.word_embeddings.num_embeddings,
        "max_position_embeddings": embeddings.position_embeddings.num_embeddings,
        "type_vocab_size": embeddings.token_type_embeddings.num_embeddings,
        "hidden_size": own.hidden_size,
        "num_hidden_layers": len(network.encoder.layer),
        "num_attention_heads": own.num_attention_heads,
        "intermediate_size": own.intermediate_size,
        "layer_norm_eps": own.layer_norm_eps,
    }
