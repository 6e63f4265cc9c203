"""The fits find what tells right from wrong in examples where that is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.answering import abstention
from kb.answering.abstention import EVIDENCE_NAMES, gather, probability
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.ranking_fit import Example, Ranked, fit_ranking, fit_rereading
from kb.evaluation.refusal_fit import fit_chances, fit_refusal
from kb.model import AnswerStatus, Query
from kb.retrieval import ranking
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.features import FEATURE_NAMES, measure
from kb.retrieval.fitted import SignalSet
from kb.retrieval.network import SignalNetwork
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk

GOLD = GoldQuestion(
    id="q", question="?", language="en", note_language="en", kind="value", relevant=(),
    command=None, status=AnswerStatus.ANSWERED, hedged=False, history=(), split="dev",
)  # fmt: skip

TELLING = FEATURE_NAMES.index("lead")


def examples(count: int, *, sign: float, weight: float) -> list[Example]:
    """Questions whose right candidate alone has more (or less) of one signal."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        features = rng.random((5, len(FEATURE_NAMES)))
        features[:, TELLING] = 0.5
        features[2, TELLING] += 0.5 * sign
        made.append(Example(features=features, right=np.arange(5) == 2, weight=weight))
    return made


def first_of(model: SignalNetwork, example: Example) -> int:
    return int(model.scores(example.features.astype(np.float32)).argmax())


def test_the_signal_that_tells_decides() -> None:
    model = fit_ranking(examples(40, sign=1, weight=1.0))
    assert all(first_of(model, one) == 2 for one in examples(10, sign=1, weight=1.0))
    assert all(first_of(model, one) != 2 for one in examples(10, sign=-1, weight=1.0))


def test_heavier_examples_decide() -> None:
    mixed = [*examples(20, sign=1, weight=0.01), *examples(20, sign=-1, weight=1.0)]
    model = fit_ranking(mixed)
    assert sum(first_of(model, one) == 2 for one in examples(10, sign=-1, weight=1.0)) >= 9


def test_a_model_is_kept_and_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = fit_ranking(examples(5, sign=1, weight=1.0), steps=20)
    (tmp_path / "ranking.json").write_text(ranking.to_json(model), encoding="utf-8")
    monkeypatch.setattr(ranking, "files", lambda _: tmp_path)
    ranking.load_model.cache_clear()
    try:
        again = ranking.load_model(with_tokens=True)
    finally:
        ranking.load_model.cache_clear()
    signals = examples(1, sign=1, weight=1.0)[0].features.astype(np.float32)
    assert np.allclose(again.scores(signals), model.scores(signals), atol=0.01)


def test_nothing_to_fit_is_told() -> None:
    with pytest.raises(ValueError, match="no examples"):
        fit_ranking([])


def ranked(question: str, *, relevant: bool, dense: float, weight: float) -> Ranked:
    parsed = parse_question(Query(text=question))
    chunk = make_chunk("The backups lie on the second disk.", start=1)
    features = measure(parsed, (), chunk, dense=dense, lexical=0.0)
    candidate = Candidate(chunk=chunk, features=features, score=0.0, arms={})
    gold = replace(GOLD, relevant=((chunk.note, chunk.lines),) if relevant else ())
    ranking = Ranking(question=parsed, terms=(), candidates=(candidate,))
    return Ranked(gold=gold, ranking=ranking, weight=weight)


def read_pair(*, scores: tuple[float, float], readings: tuple[float, float]) -> Ranked:
    """A question with two candidates, of which the second is right."""
    made = [ranked("where", relevant=True, dense=0.5, weight=1.0) for _ in range(2)]
    candidates = tuple(
        replace(
            one.ranking.candidates[0],
            chunk=make_chunk("The backups lie on the second disk.", start=n + 1),
            score=scores[n],
            reading=readings[n],
        )
        for n, one in enumerate(made)
    )
    right = candidates[1].chunk
    gold = replace(GOLD, relevant=((right.note, right.lines),))
    return Ranked(gold=gold, ranking=replace(made[0].ranking, candidates=candidates), weight=1.0)


def test_readings_count_as_much_as_they_tell() -> None:
    told = [read_pair(scores=(1.0, 0.5), readings=(-1.0, 1.0)) for _ in range(10)]
    misled = [read_pair(scores=(0.5, 1.0), readings=(0.3, 0.0)) for _ in range(10)]
    assert fit_rereading(told).weight > fit_rereading([*told, *misled]).weight > 0


def test_no_reading_of_what_is_right_is_told() -> None:
    unread = [ranked("where", relevant=True, dense=0.5, weight=1.0)]
    for examples in ([], unread):
        with pytest.raises(ValueError, match="no reading"):
            fit_rereading(examples)


def test_the_refusal_learns_the_signal_and_keeps_to_the_share_it_may_refuse() -> None:
    right = [ranked("where", relevant=True, dense=0.5 + n / 100, weight=1.0) for n in range(20)]
    wrong = [ranked("where", relevant=False, dense=0.4 - n / 100, weight=1.0) for n in range(20)]
    fitted = fit_refusal([*right, *wrong], max_false_refusals=0.1)
    assert fitted.network.linear[EVIDENCE_NAMES.index("dense")] > 1.0
    chances = [probability(gather(r.ranking, r.ranking.candidates), fitted) for r in right]
    assert sum(chance < fitted.threshold for chance in chances) <= 2
    refused = [probability(gather(w.ranking, w.ranking.candidates), fitted) for w in wrong]
    assert all(chance < fitted.threshold for chance in refused)


def test_chances_follow_what_no_straight_line_tells_apart() -> None:
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], size=(400, 2)) + rng.normal(0, 0.1, (400, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(float)
    network, bias = fit_chances(x, y, np.ones(400), steps=600, l2=0.0001)
    scores = network.scores(x.astype(np.float32)) + bias
    assert ((scores > 0) == (y > 0)).mean() > 0.95


def test_a_calibration_is_kept_and_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = [ranked("where", relevant=True, dense=0.5 + n / 100, weight=1.0) for n in range(20)]
    wrong = [ranked("where", relevant=False, dense=0.4 - n / 100, weight=1.0) for n in range(20)]
    fitted = fit_refusal([*right, *wrong], max_false_refusals=0.1)
    (tmp_path / "abstention.json").write_text(fitted.to_json(), encoding="utf-8")
    monkeypatch.setattr(abstention, "files", lambda _: tmp_path)
    abstention.load_calibration.cache_clear()
    try:
        again = abstention.load_calibration(SignalSet.ALL)
    finally:
        abstention.load_calibration.cache_clear()
    assert again.threshold == pytest.approx(fitted.threshold, abs=1e-4)
    for one in (*right, *wrong):
        evidence = gather(one.ranking, one.ranking.candidates)
        assert probability(evidence, again) == pytest.approx(
            probability(evidence, fitted), abs=0.01
        )


def test_a_signal_of_small_numbers_is_learnt_as_well_as_one_of_large_ones() -> None:
    chances = []
    for scale in (1.0, 0.1):
        right = [
            ranked("where", relevant=True, dense=scale * (0.5 + n / 50), weight=1.0)
            for n in range(20)
        ]
        wrong = [
            ranked("where", relevant=False, dense=scale * (0.5 - n / 50), weight=1.0)
            for n in range(20)
        ]
        fitted = fit_refusal([*right, *wrong], max_false_refusals=0.1)
        chances.append(
            [probability(gather(r.ranking, r.ranking.candidates), fitted) for r in right]
        )
    assert np.allclose(chances[0], chances[1], atol=0.05)
    assert max(chances[0]) > 0.9
