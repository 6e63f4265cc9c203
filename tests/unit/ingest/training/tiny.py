"""A teacher of toy size, and a corpus of a few pairs, for tests without a model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

from ingest.training.student import Matrix
from tests.fakes import FakeEmbedder

TOKENS = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    "remove", "a", "the", "container", "image", "network", "port", "how", "to", "?", ".", "-", "p",
    "##s", "в",
]  # fmt: skip

PAIRS = [
    ("remove the container", "удалить контейнер", "dockge:HT"),
    ("remove the image", "удалить образ", "dockge:HT"),
    ("the container", "контейнер", "ms-azure:HT"),
    ("the image", "образ", "ms-azure:MT"),
    ("the network", "сеть", "ms-azure:HT"),
    ("remove a network", "удалить сеть", "ms-azure:MT"),
    ("how to remove the port ?", "как удалить порт ?", "php:HT"),
    ("the port", "порт", "php:HT"),
]

ENGLISH = "# container\n\nremove the container\n\nthe port\n\nthe network of a image\n"
RUSSIAN = "# контейнер\n\nудалить контейнер\n\nпорт\n\nсеть образ\n"
FACTS = [
    ("remove the", "удалить", ["how to remove ?"], ["как удалить"]),
    ("the port", "порт", ["port -p", "a port"], ["порт"]),
    ("network of", "сеть", ["network ?"], ["сеть"]),
]


def tokenizer_json(tokens: list[str] = TOKENS) -> str:
    """Return a BERT-like `tokenizer.json` with this vocabulary."""
    vocabulary = {token: i for i, token in enumerate(tokens)}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": {
                "max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right",
            },
            "padding": None,
            "added_tokens": [],
            "normalizer": {
                "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                "strip_accents": None, "lowercase": True,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "BertProcessing",
                "sep": ["[SEP]", vocabulary["[SEP]"]],
                "cls": ["[CLS]", vocabulary["[CLS]"]],
            },
            "decoder": None,
            "model": {
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": vocabulary,
            },
        }
    )  # fmt: skip


def write_teacher(folder: Path) -> Path:
    """Write a two-layer BERT of eight dimensions with random weights."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(TOKENS),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=256,
    )
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    return folder


def write_corpus(folder: Path) -> Path:
    """Write the pairs as the training corpus and as its held-out set."""
    folder.mkdir(exist_ok=True)
    text = "".join("\t".join(row) + "\n" for row in PAIRS)
    with gzip.open(folder / "pairs.tsv.gz", "wt", encoding="utf-8") as file:
        file.write(text)
    (folder / "dev.tsv").write_text(text, encoding="utf-8")
    return folder


def write_lessons(folder: Path, names: list[str]) -> Path:
    """Write the same lesson under each name."""
    for sub in ("en", "ru", "questions"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / "en" / f"{name}.md").write_text(ENGLISH, encoding="utf-8")
        (folder / "ru" / f"{name}.md").write_text(RUSSIAN, encoding="utf-8")
        rows: list[dict[str, object]] = [
            {"id": f"{name}-{n}", "kind": "command", "en_anchor": en, "ru_anchor": ru,
             "en": asked_en, "ru": asked_ru}
            for n, (en, ru, asked_en, asked_ru) in enumerate(FACTS)
        ]  # fmt: skip
        rows.append({"id": "x", "kind": "unanswerable", "en": ["why ?"], "ru": ["почему"]})
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / "questions" / f"{name}.jsonl").write_text(text + "\n", encoding="utf-8")
    return folder


def write_phrasings(folder: Path, needs: int = 14) -> Path:
    """Write needs; a way to ask for one tells which it is, in which language and in which way."""
    (folder / "phrasings").mkdir(parents=True, exist_ok=True)
    ways = ["a-en-0", "a-en-1", "a-en-2", "в-ru-0", "в-ru-1", "в-ru-2", "в-ru-3"]
    rows = ["\t".join(f"{way}-of-{need}" for way in ways) for need in range(needs)]
    (folder / "phrasings" / "1.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def encode(texts: Sequence[str]) -> Matrix:
    """Return a vector for each text, one and the same for the same text."""
    return np.stack([one.vector for one in FakeEmbedder().embed_documents(texts)])


def change_weights(model: Path, part: str) -> None:
    """Change the weights of a model whose name holds a part."""
    weights = model / "model.safetensors"
    tensors = load_file(weights)
    save_file(
        {name: value + 1 if part in name else value for name, value in tensors.items()}, weights
    )
