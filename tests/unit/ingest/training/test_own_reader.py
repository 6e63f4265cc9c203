"""A reader on embeddings of its own learns as the reranker does, and from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from torch import Tensor

from ingest.models.own_reader import save_own_reader
from ingest.models.pair_network import PASSAGE_TOKENS, QUESTION_TOKENS, PairNetwork
from ingest.models.reranker import save_reranker
from ingest.training import second_reader_run
from ingest.training.__main__ import main
from ingest.training.e5 import e5_body, e5_tokenizer
from ingest.training.e5_file import E5File
from ingest.training.own_reader import OwnReader
from ingest.training.pair_groups import PairGroup
from ingest.training.pair_scorers import MeanScorer, Pair, PairScorer, PairTokens, Reader
from ingest.training.reranker_run import load_reranker
from ingest.training.reranking import RerankingSettings, RerankingTrainer, teacher_loss
from ingest.training.student import load_student
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import ModelError
from tests.unit.ingest.training.test_reranking import write_vault
from tests.unit.ingest.training.tiny import change_weights, write_lessons, write_phrasings
from tests.unit.ingest.training.tiny_e5 import LAYERS, PIECES, write_e5

PAIRS = [
    ("the port?", "the port"),
    ("ports", "порт the port s the ports?"),
    ("порт", "s"),
    ("the?", "the the the the the the the the"),
    ("порт?", "port порт"),
]
GROUP = PairGroup(question="the port?", right="port", wrong=("the", "s", "порт s", "?"))


@pytest.fixture
def reader(tmp_path: Path) -> OwnReader:
    return own_reader(tmp_path)


def own_reader(folder: Path) -> OwnReader:
    path = folder / "e5.bin"
    write_e5(path)
    file = E5File.read(path)
    body = e5_body(file, range(len(PIECES)), layers=LAYERS)
    return OwnReader(PairNetwork(body.encoder, 32), body.embeddings, e5_tokenizer(file))


def test_of_a_long_passage_the_part_that_is_near_the_question_is_read() -> None:
    tokens = {word: place for place, word in enumerate(["above", "s", "port", *"abcdefghij"])}
    asked_for: list[str] = []

    def ids_of(text: str) -> list[int]:
        asked_for.append(text)
        return [tokens[word] for word in text.split()]

    read = PairTokens(ids_of, torch.eye(len(tokens)))
    long = "above\n" + "s " * 3 * PASSAGE_TOKENS + "port"
    for told, above in ((long, True), (long.replace("\n", " "), False)):
        asked, part = read.of(("port", told))
        assert asked == [tokens["port"]]
        assert len(part) <= PASSAGE_TOKENS
        assert tokens["port"] in part
        assert (tokens["above"] in part) == above
    assert read.of(("a", "b c"))[1] == ids_of("b c")
    before = len(asked_for)
    assert read.of(("port", long)) == read.of(("port", long))
    assert len(asked_for) == before


class Fixed:
    """A teacher that rates every pair alike."""

    def __init__(self, logit: float) -> None:
        self.logit = logit
        self.asked = 0

    def logits(self, pairs: Sequence[Pair], *, fast: bool) -> Tensor:
        self.asked += 1
        return torch.full((len(pairs),), self.logit)


def test_what_else_is_read_changes_no_logit(reader: OwnReader) -> None:
    with torch.no_grad():
        together = reader.logits(PAIRS, fast=False)
        alone = torch.cat([reader.logits([pair], fast=False) for pair in PAIRS])
        again = reader.logits(PAIRS[::-1], fast=False).flip(0)
    assert together.shape == (len(PAIRS),)
    assert len(set(together.tolist())) == len(PAIRS)
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.allclose(together, again, atol=1e-5)


def test_what_is_longer_than_is_read_is_cut(reader: OwnReader) -> None:
    long, longer = ("s " * QUESTION_TOKENS, "? " * PASSAGE_TOKENS), ("s " * 99, "? " * 300)
    with torch.no_grad():
        first, second = reader.logits([long, longer], fast=False)
    assert float(first) == pytest.approx(float(second), abs=1e-5)


def test_the_embeddings_do_not_learn(reader: OwnReader) -> None:
    reader.logits(PAIRS, fast=False).sum().backward()  # type: ignore[no-untyped-call]
    assert all(one.grad is None for one in reader.embeddings.parameters())
    assert all(one.grad is not None for one in reader.network.parameters())


def test_a_tokenizer_without_marks_is_told(tmp_path: Path) -> None:
    write_e5(tmp_path / "e5.bin")
    body = e5_body(E5File.read(tmp_path / "e5.bin"), [0, 1, 2, 3], layers=1)
    network = PairNetwork(body.encoder, 32)
    with pytest.raises(ModelError, match="marks"):
        OwnReader(network, body.embeddings, Tokenizer(Unigram([("a", 0.0)], unk_id=0)))


def test_the_mean_of_scorers_is_that_of_their_logits() -> None:
    both = MeanScorer([Fixed(1.0), Fixed(-3.0)])
    assert both.logits(PAIRS, fast=False).tolist() == [-1.0] * len(PAIRS)


def test_the_loss_is_least_where_the_teacher_is_met() -> None:
    teacher = torch.tensor([2.0, -1.0])
    met = teacher_loss(teacher, teacher)
    for other in ([2.5, -1.0], [2.0, -1.5], [0.0, 0.0]):
        assert teacher_loss(torch.tensor(other), teacher) > met


def trainer(
    reader: OwnReader,
    run: Path,
    teacher: PairScorer | None = None,
    *,
    teacher_weight: float = 0.0,
    mean_rate: float | None = None,
) -> RerankingTrainer:
    torch.manual_seed(1)
    return RerankingTrainer(
        reader,
        teacher=teacher,
        lessons=[GROUP],
        vaults=[],
        settings=RerankingSettings(
            minutes=10.0,
            steps=40,
            groups=4,
            body_rate=2e-3,
            head_rate=0.5,
            warmup_steps=1,
            fast=False,
            teacher_weight=teacher_weight,
            mean_rate=mean_rate,
        ),
        checkpoint=run / "checkpoint.pt",
    )


def away(reader: OwnReader, pairs: Sequence[Pair], logit: float) -> float:
    with torch.no_grad():
        return float((reader.logits(pairs, fast=False) - logit).abs().mean())


def test_a_teacher_pulls_the_logits_to_its_own(tmp_path: Path, reader: OwnReader) -> None:
    pairs = [(GROUP.question, text) for text in ("port", *GROUP.wrong)]
    before = away(reader, pairs, -1.5)
    trainer(reader, tmp_path / "taught", Fixed(-1.5), teacher_weight=50.0).train()
    assert away(reader, pairs, -1.5) < 1.0 < before
    alone = own_reader(tmp_path)
    trainer(alone, tmp_path / "alone").train()
    assert away(alone, pairs, -1.5) > 1.0


def test_a_teacher_is_asked_less_and_less_and_at_last_no_more(
    tmp_path: Path, reader: OwnReader
) -> None:
    teacher = Fixed(0.0)
    stage = trainer(reader, tmp_path, teacher, teacher_weight=2.0)
    for share, asked in ((0.0, 1), (0.6, 2), (0.63, 2), (1.0, 2)):
        stage._step(0, share)
        assert teacher.asked == asked


def test_the_running_mean_of_the_weights_remains_and_goes_on(tmp_path: Path) -> None:
    last, mean, again = (own_reader(tmp_path) for _ in range(3))
    first = {name: one.clone() for name, one in last.network.state_dict().items()}
    trainer(last, tmp_path / "last").train()
    trainer(mean, tmp_path / "mean", mean_rate=0.01).train()
    name = "encoder.layer.0.output.dense.weight"
    moved, held = (
        float((one.network.state_dict()[name] - first[name]).norm()) for one in (last, mean)
    )
    assert 0 < held < moved / 2
    # A stage that has ended is not trained again.
    trainer(again, tmp_path / "mean", mean_rate=0.01).train()
    state = mean.network.state_dict()
    assert all(torch.equal(one, state[key]) for key, one in again.network.state_dict().items())


def test_the_teacher_is_the_reranker_that_lies_beside_the_model(model: Path) -> None:
    reader, other = (
        Reader(load_student(model), load_tokenizer(model / "tokenizer.json")) for _ in range(2)
    )
    with pytest.raises(ModelError, match="no reranker"):
        load_reranker(other, model)
    with torch.no_grad():
        for parameter in reader.network.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.05)
    save_reranker(reader.network, {"encoder.layer.0.output.dense": torch.ones(16)}, model)
    load_reranker(other, model)
    pairs = [("the port ?", "the port"), ("the port ?", "remove a network")]
    with torch.no_grad():
        read, wanted = (one.logits(pairs, fast=False) for one in (other, reader))
    assert torch.allclose(read, wanted, atol=0.05)
    change_weights(model, "embeddings.word")
    with pytest.raises(ModelError, match="no reranker"):
        load_reranker(other, model)


def test_the_step_writes_a_reader_and_tells_its_scores_alone_and_with_the_reranker(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_e5(tmp_path / "e5.bin")
    monkeypatch.setattr(second_reader_run, "e5_path", lambda: tmp_path / "e5.bin")
    lessons = write_lessons(tmp_path / "lessons", [f"note-{n}" for n in range(12)])
    write_vault(lessons / "vaults")
    write_phrasings(lessons)
    reranker = Reader(load_student(model), load_tokenizer(model / "tokenizer.json"))
    save_reranker(reranker.network, {}, model)
    for start in (["--layers", "1"], ["--go-on"]):
        status = main([
            "second-reader", "--run", str(tmp_path / "run"), "--model", str(model),
            "--lessons", str(lessons), "--minutes", "0.01", "--device", "cpu", *start,
        ])  # fmt: skip
        assert status == 0
        figures = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
        assert set(figures) == {"first", "told apart", "first of both", "told apart of both"}
        assert all(0 <= float(value) <= 1 for value in figures.values())
        # Nothing of the package is needed to go on.
        (tmp_path / "e5.bin").unlink(missing_ok=True)


def test_a_second_reader_goes_on_from_its_files(tmp_path: Path, reader: OwnReader) -> None:
    model, workspace = tmp_path / "model", Workspace(tmp_path / "run", torch.device("cpu"))
    with pytest.raises(ModelError, match="no second reader"):
        second_reader_run._stored(workspace, model)
    with torch.no_grad():
        for parameter in reader.network.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.05)
    save_own_reader(reader.network, reader.embeddings, reader.tokenizer, {}, model)
    stored = second_reader_run._stored(workspace, model)
    with torch.no_grad():
        read, wanted = (one.logits(PAIRS, fast=False) for one in (stored, reader))
    assert torch.allclose(read, wanted, atol=0.05)


def test_the_help_lists_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["--help"], "second-reader"),
        (["second-reader", "--help"], "--go-on"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert told in capsys.readouterr().out
