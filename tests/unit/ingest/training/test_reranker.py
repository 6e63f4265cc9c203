"""What was trained is read back as it was, and only beside the model that it was trained with."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ingest.models.embedding import SentenceTransformerEmbedder
from ingest.models.model_files import reranker_folder
from ingest.models.pair_network import PASSAGE_TOKENS, QUESTION_TOKENS, pair_batch
from ingest.models.pair_reader import nearest_part
from ingest.models.quantization import in_bytes, input_peaks
from ingest.models.reranker import RERANKER_FILE, PairReranker, save_reranker
from ingest.models.token_vectors import HEAD_FILE
from ingest.training.pair_scorers import Reader
from ingest.training.student import load_student
from ingest.training.tokens import make_head, save_head
from ingest.training.vocabulary import load_tokenizer
from tests.chunks import make_chunk
from tests.unit.ingest.training.tiny import change_weights

PASSAGES = ["the port", "remove the container", "the network of a image", "how to", "a"]


@pytest.fixture
def reader(model: Path) -> Reader:
    """A reader that was written beside the model."""
    student = load_student(model)
    tokenizer = load_tokenizer(model / "tokenizer.json")
    save_head(make_head(student, tokenizer, passages=PASSAGES, sentences=PASSAGES), model)
    reader = Reader(student, tokenizer)
    with torch.no_grad():
        for parameter in reader.network.encoder.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.05)
    pairs = [("the port ?", text) for text in PASSAGES]
    peaks = input_peaks(reader.network, lambda: reader.logits(pairs, fast=False))
    save_reranker(reader.network, peaks, model)
    return reader


def loaded(model: Path) -> PairReranker | None:
    return SentenceTransformerEmbedder(model).reranker


def test_a_reranker_reads_as_it_was_trained(model: Path, reader: Reader) -> None:
    reranker = loaded(model)
    assert reranker is not None
    read = reranker.read("the port ?", [make_chunk(text) for text in PASSAGES])
    with torch.no_grad():
        wanted = reader.logits([("the port ?", text) for text in PASSAGES], fast=False).numpy()
    assert read.shape == (5,)
    assert read.dtype == np.float32
    assert np.abs(read - wanted).max() < 0.15
    assert wanted.std() > 0.3


def test_what_else_is_read_changes_nothing(model: Path, reader: Reader) -> None:
    assert reader
    reranker = loaded(model)
    assert reranker is not None
    chunks = [make_chunk(text) for text in PASSAGES]
    together = reranker.read("the port ?", chunks)
    alone = [float(reranker.read("the port ?", [chunk])[0]) for chunk in chunks]
    assert np.allclose(together, alone, atol=0.1)


def test_a_reranker_goes_with_a_model_whose_layers_have_learnt_on(
    model: Path, reader: Reader
) -> None:
    assert reader
    change_weights(model, "encoder.")
    assert loaded(model) is not None


def test_a_reranker_on_other_embeddings_is_none(model: Path, reader: Reader) -> None:
    assert reader
    change_weights(model, "embeddings.LayerNorm")
    tokenizer = load_tokenizer(model / "tokenizer.json")
    # What lies there is refused before anything of the model is looked at.
    assert PairReranker.load(model, [None], tokenizer) is None  # type: ignore[arg-type]


def test_a_model_without_a_reranker_or_without_token_vectors_has_none(
    model: Path, reader: Reader
) -> None:
    assert reader
    (model / HEAD_FILE).rename(model / "elsewhere")
    assert loaded(model) is None
    (model / "elsewhere").rename(model / HEAD_FILE)
    assert loaded(model) is not None
    (reranker_folder(model) / RERANKER_FILE).unlink()
    assert loaded(model) is None


def test_pairs_are_padded_and_what_is_too_long_is_cut() -> None:
    ids, mask, parts = pair_batch([([5], [6, 7]), ([8] * 90, [9] * 200)], first=1, separator=2)
    assert ids.shape == mask.shape == parts.shape == (2, QUESTION_TOKENS + PASSAGE_TOKENS + 3)
    assert ids[0, :7].tolist() == [1, 5, 2, 6, 7, 2, 0]
    assert mask[0, :7].tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert parts[0, :7].tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert mask[1].all()
    assert parts[1].sum() == PASSAGE_TOKENS + 1


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ([7, 8], 1000),  # nothing in common: the start
        ([1001, 1120], 1000),  # the start has as much as the end
        ([1001, 1120, 1121], 1),  # more further down: that part, with what stands above
    ],
)
def test_of_a_long_passage_the_part_nearest_to_the_question_is_read(
    asked: list[int], begins: int
) -> None:
    told, above = list(range(1000, 1130)), [1, 2]
    part = nearest_part(told, asked, above, torch.eye(2000))
    assert part[0] == begins
    assert len(part) <= PASSAGE_TOKENS
    assert begins == 1000 or {1120, 1121} <= set(part)


def test_every_token_of_a_long_passage_is_in_some_part() -> None:
    told = list(range(1000, 1000 + 3 * PASSAGE_TOKENS + 7))
    rows = torch.eye(2000)
    assert all(token in nearest_part(told, [token], [1, 2], rows) for token in told)


def test_a_word_is_met_by_one_that_means_the_same() -> None:
    told, rows = list(range(1000, 1130)), torch.eye(2000)
    rows[7, 1125] = 1.0
    assert 1125 in nearest_part(told, [7], [1, 2], rows)
    rows[7, 7] = 4.0  # a cosine of .24: something else
    assert 1125 not in nearest_part(told, [7], [1, 2], rows)


def test_a_long_chunk_is_read_where_it_speaks_of_what_is_asked(model: Path, reader: Reader) -> None:
    found = loaded(model)
    assert found is not None
    padding = "a " * 2 * PASSAGE_TOKENS
    near, far = found.read("port", [make_chunk(padding + "the port"), make_chunk(padding)])
    assert near != far


def test_few_large_numbers_do_not_make_the_others_coarse() -> None:
    torch.manual_seed(0)
    states = torch.randn(50, 64)
    states[:, 5] *= 100
    linear = nn.Linear(64, 32)
    with torch.no_grad():
        linear.weight[:, 5] *= 0.01
    network = nn.Sequential(linear)
    wanted = network(states)
    peaks = input_peaks(network, lambda: network(states))
    assert peaks["0"].argmax() == 5
    even = in_bytes(deepcopy(network), peaks)(states)
    coarse = in_bytes(deepcopy(network), {})(states)
    assert (even - wanted).std() < (coarse - wanted).std() / 5
