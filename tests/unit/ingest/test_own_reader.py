"""A reader with a vocabulary of its own is read back as it was, and reads beside the first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from transformers import BertConfig, BertModel

from ingest.models.model_files import reranker_folder
from ingest.models.own_reader import READER_FILE, load_own_reader, save_own_reader
from ingest.models.pair_network import PASSAGE_TOKENS, PairNetwork, pair_batch
from ingest.models.pair_reader import PairReader
from ingest.models.quantization import input_peaks
from ingest.models.reranker import PairReranker
from tests.chunks import make_chunk

WORDS = ["port", "порт", "remove", "container", "образ", "сеть", "a", "the"]
PASSAGES = ["the port", "remove the container", "образ a", "сеть", "порт the the the"]


@pytest.fixture
def tokenizer() -> Tokenizer:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *(f"▁{word}" for word in WORDS)]
    tokenizer = Tokenizer(Unigram([(piece, -1.0) for piece in pieces], unk_id=3))
    tokenizer.pre_tokenizer = Metaspace()
    return tokenizer


class Trained:
    """What a training leaves behind."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        torch.manual_seed(3)
        config = BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=48,
            layer_norm_eps=1e-6,
            max_position_embeddings=200,
        )
        body = BertModel(config).train(mode=False)
        body.encoder.layer = body.encoder.layer[:2]
        self.tokenizer = tokenizer
        self.embeddings = body.embeddings
        self.network = PairNetwork(body.encoder, 32).eval()
        with torch.no_grad():
            for parameter in self.network.encoder.parameters():
                parameter.add_(torch.randn(parameter.shape) * 0.1)

    def logits(self, question: str, passages: list[str]) -> torch.Tensor:
        ids = [self.tokenizer.encode(text).ids for text in (question, *passages)]
        batch = pair_batch([(ids[0], told) for told in ids[1:]], first=0, separator=2)
        with torch.no_grad():
            embedded = self.embeddings(
                input_ids=batch[0], token_type_ids=torch.zeros_like(batch[2])
            )
            logits: torch.Tensor = self.network(embedded, *batch[1:])
        return logits

    def save(self, model: Path) -> None:
        peaks = input_peaks(self.network, lambda: self.logits("the port", PASSAGES))
        save_own_reader(self.network, self.embeddings, self.tokenizer, peaks, model)


@pytest.fixture
def trained(tokenizer: Tokenizer, tmp_path: Path) -> Trained:
    made = Trained(tokenizer)
    made.save(tmp_path / "model")
    return made


def read_by(reader: PairReader, question: str, passages: list[str]) -> np.ndarray:
    chunks = [make_chunk(passage) for passage in passages]
    return PairReranker([reader]).read(question, chunks)


def test_a_reader_reads_as_it_was_trained(trained: Trained, tmp_path: Path) -> None:
    reader = load_own_reader(tmp_path / "model")
    assert reader is not None
    read = read_by(reader, "the port", PASSAGES)
    wanted = trained.logits("the port", PASSAGES).numpy()
    assert np.abs(read - wanted).max() < 0.2
    assert wanted.std() > 0.3


def test_a_long_passage_is_cut(trained: Trained, tmp_path: Path) -> None:
    reader = load_own_reader(tmp_path / "model")
    assert reader is not None
    asked = reader.asked("port")
    told = reader.told(make_chunk("the " * 3 * PASSAGE_TOKENS + "port"), asked)
    assert len(told) <= PASSAGE_TOKENS
    assert trained.tokenizer.token_to_id("▁port") in told


def test_two_readers_count_the_same(trained: Trained, tmp_path: Path) -> None:
    first = load_own_reader(tmp_path / "model")
    with torch.no_grad():
        trained.network.bias.add_(3.0)
        trained.network.mean_weight.mul_(-1)
    trained.save(tmp_path / "other")
    second = load_own_reader(tmp_path / "other")
    assert first is not None
    assert second is not None
    chunks = [make_chunk(passage) for passage in PASSAGES]
    both = PairReranker([first, second]).read("порт", chunks)
    alone = [read_by(reader, "порт", PASSAGES) for reader in (first, second)]
    assert np.allclose(both, (alone[0] + alone[1]) / 2, atol=1e-4)
    assert not np.allclose(both, alone[0], atol=0.5)


def test_nothing_to_read_is_read(trained: Trained, tmp_path: Path) -> None:
    assert trained
    reader = load_own_reader(tmp_path / "model")
    assert reader is not None
    assert PairReranker([reader]).read("порт", []).shape == (0,)


def test_without_its_file_there_is_none(trained: Trained, tmp_path: Path) -> None:
    assert trained
    assert load_own_reader(tmp_path / "elsewhere") is None
    (reranker_folder(tmp_path / "model") / "second" / READER_FILE).unlink()
    assert load_own_reader(tmp_path / "model") is None
