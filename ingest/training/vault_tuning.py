"""The embedder's last stage: to find the passages of vaults, as whole texts and token by token.

Contrastive learning as in `ingest.training.lesson_tuning`, from notes as people keep them. The
embeddings of tokens stay as they are, since the reranker stands on them; and texts stay near the
vectors that they had, so that nothing learnt before is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ingest.models.token_vectors import TokenHead
from ingest.training.lesson_batches import Batch
from ingest.training.losses import contrastive_loss, descend, learning_rate_factor
from ingest.training.pair_groups import PairGroup
from ingest.training.student import Student, pad, pool, tokenize
from ingest.training.timed_run import TimedRun
from ingest.training.word_order import reordered

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_GROUP: Final = 24
"""Texts that go through the network at once."""
_TOKEN_TEMPERATURE: Final = 0.03
_HEADINGS: Final = "\n"
"""What ends the line of headings above a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultTuningSettings:
    """How the stage is trained."""

    minutes: float
    steps: int | None = None
    """Most steps."""
    seed: int = 1
    questions: int = 24
    """A step."""
    wrong: int = 2
    """Wrong passages of each question; those of the others are wrong for it too."""
    lesson_share: float = 0.2
    """How many questions are asked of lessons, 0-1; the others of vaults."""
    reordered_share: float = 0.2
    """How many have their words in another order, 0-1."""
    tokens_weight: float = 1.0
    staying_weight: float = 0.5
    rate: float = 4e-5
    warmup_steps: int = 40
    rate_floor: float = 0.05
    fast: bool = True
    """Compute in bfloat16 (weights stay float32)."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a network makes of texts."""

    vectors: Tensor
    """Shape (texts, dimensions), unit vectors."""
    tokens: list[Tensor]
    """Of each text, shape (tokens, token dimension), unit vectors."""


class VaultTuner:
    """One run of the stage.

    Args:
        student: The network, as the stage before left it.
        former: The same once more, which stays as it is.
        head: What makes token vectors of its states; stays as it is.
        tokenizer: Its tokenizer.
        vaults: Groups of vaults, at least one.
        lessons: Groups of lessons, at least one.
        settings: How.
        checkpoint: The file that a stopped run goes on from.
    """

    def __init__(
        self,
        student: Student,
        former: Student,
        head: TokenHead,
        tokenizer: Tokenizer,
        *,
        vaults: Sequence[PairGroup],
        lessons: Sequence[PairGroup],
        settings: VaultTuningSettings,
        checkpoint: Path,
    ) -> None:
        self.student = student
        self._former = former
        self._tokenizer = tokenizer
        self._vaults = vaults
        self._lessons = lessons
        self._settings = settings
        self._checkpoint = checkpoint
        self._device = student.rows.device
        self._projection = torch.from_numpy(head.projection).to(self._device)
        self._weights = torch.from_numpy(head.weights).to(self._device)
        student.requires_grad_(requires_grad=False)
        self._learnt = list(student.body.encoder.parameters())
        for parameter in self._learnt:
            parameter.requires_grad_()
        self._optimizer = torch.optim.AdamW(self._learnt, weight_decay=0.01)

    def train(self) -> None:
        """Train to the end of the time, from the last checkpoint where there is one."""
        run = TimedRun(
            minutes=self._settings.minutes, steps=self._settings.steps, checkpoint=self._checkpoint
        )
        run.train({"student": self.student, "optimizer": self._optimizer}, self._step)

    def _step(self, step: int, share: float) -> float:
        settings = self._settings
        factor = learning_rate_factor(
            share, step, warmup_steps=settings.warmup_steps, floor=settings.rate_floor
        )
        for group in self._optimizer.param_groups:
            group["lr"] = settings.rate * factor
        rng = np.random.default_rng([settings.seed, step])
        loss = self._loss(batch_of(self._drawn(rng), settings.wrong, rng))
        return descend(loss, self._optimizer, self._learnt)

    def _drawn(self, rng: np.random.Generator) -> list[PairGroup]:
        pools = [
            self._lessons if rng.random() < self._settings.lesson_share else self._vaults
            for _ in range(self._settings.questions)
        ]
        groups = [pool[int(rng.integers(len(pool)))] for pool in pools]
        return [
            _moved(group, rng) if rng.random() < self._settings.reordered_share else group
            for group in groups
        ]

    def _loss(self, batch: Batch) -> Tensor:
        questions = self.read(self.student, batch.questions)
        passages = self.read(self.student, batch.passages)
        right = torch.tensor(batch.right, device=self._device)
        ignored = torch.from_numpy(batch.ignored).to(self._device)
        weights = [self._weights_of(text) for text in batch.questions]
        scores = late_interaction(questions.tokens, weights, passages.tokens)
        gone = self.gone(batch.questions, questions)
        gone = gone + self.gone(batch.passages[:_GROUP], passages)
        return (
            contrastive_loss(questions.vectors, passages.vectors, right, ignored)
            + self._settings.tokens_weight * token_loss(scores, right, ignored)
            + self._settings.staying_weight * gone / 2
        )

    def gone(self, texts: Sequence[str], now: Texts) -> Tensor:
        """Return how far texts and their tokens are from where they were, 0-4."""
        with torch.no_grad():
            before = self.read(self._former, texts)
        whole = (now.vectors[: len(texts)] * before.vectors).sum(dim=1).mean()
        pairs = zip(now.tokens, before.tokens, strict=False)
        parts = torch.cat([(new * old).sum(dim=1) for new, old in pairs]).mean()
        return 2 - whole - parts

    def read(self, student: Student, texts: Sequence[str]) -> Texts:
        """Put texts through a network; groups alike in length, so that little is padding."""
        ids = tokenize(self._tokenizer, texts)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors: dict[int, Tensor] = {}
        tokens: dict[int, Tensor] = {}
        for start in range(0, len(order), _GROUP):
            chosen = order[start : start + _GROUP]
            padded, mask = pad([ids[i] for i in chosen], self._device)
            with torch.autocast(
                self._device.type, dtype=torch.bfloat16, enabled=self._settings.fast
            ):
                states = student.states(padded, mask)
            states = states.float()
            pooled = pool(states, mask)
            short = functional.normalize(states @ self._projection.T, dim=2)
            for row, place in enumerate(chosen):
                vectors[place] = pooled[row]
                # Without the marks of beginning and end.
                tokens[place] = short[row, 1 : len(ids[place]) - 1]
        places = range(len(ids))
        return Texts(torch.stack([vectors[i] for i in places]), [tokens[i] for i in places])

    def _weights_of(self, text: str) -> Tensor:
        ids = tokenize(self._tokenizer, [text])[0][1:-1]
        weights = self._weights[torch.tensor(ids, dtype=torch.long, device=self._device)]
        return weights / weights.sum()


def batch_of(groups: Sequence[PairGroup], wrong: int, rng: np.random.Generator) -> Batch:
    """Return the questions of groups among the passages of all.

    A passage that holds a question's right one, or is a part of it, is ignored beside it.

    Args:
        groups: Those of a step.
        wrong: Wrong passages of each that are drawn from its nearest.
        rng: Draws.
    """
    passages: dict[str, None] = {}
    for group in groups:
        own = [] if group.right is None else [group.right]
        passages |= dict.fromkeys([*own, *group.near_wrong(wrong, rng)])
    places = {passage: place for place, passage in enumerate(passages)}
    return Batch(
        questions=[group.question for group in groups],
        passages=list(passages),
        right=[len(places) if one.right is None else places[one.right] for one in groups],
        ignored=np.array(
            [[_says_the_same(group.right, passage) for passage in passages] for group in groups]
        ),
    )


def _says_the_same(right: str | None, passage: str) -> bool:
    if right is None or passage == right:
        return False
    wanted, told = (text.partition(_HEADINGS)[2] or text for text in (right, passage))
    return wanted in told or told in wanted


def late_interaction(
    questions: Sequence[Tensor], weights: Sequence[Tensor], passages: Sequence[Tensor]
) -> Tensor:
    """Return how well each question is met in each passage, shape (questions, passages), -1..1.

    Args:
        questions: Unit vectors of each question's tokens, shape (tokens, dimension).
        weights: Of those tokens, 1 together.
        passages: Unit vectors of each passage's tokens.
    """
    told = torch.nn.utils.rnn.pad_sequence(list(passages), batch_first=True)
    lengths = torch.tensor([len(one) for one in passages], device=told.device)
    beyond = torch.arange(told.shape[1], device=told.device)[None, :] >= lengths[:, None]
    rows = []
    for asked, weight in zip(questions, weights, strict=True):
        cosines = torch.einsum("qd,pld->pql", asked, told).masked_fill(beyond[:, None, :], -1.0)
        rows.append(cosines.max(dim=2).values @ weight)
    return torch.stack(rows)


def token_loss(scores: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """Return the mean loss of finding each answered question's passage; 0 without any.

    Args:
        scores: Shape (questions, passages).
        right: The passage that answers; their number where none does, shape (questions,).
        ignored: Passages that are neither right nor wrong, boolean (questions, passages).
    """
    answered = right < scores.shape[1]
    if not answered.any():
        return scores.sum() * 0
    logits = scores.masked_fill(ignored, float("-inf")) / _TOKEN_TEMPERATURE
    return functional.cross_entropy(logits[answered], right[answered])


def _moved(group: PairGroup, rng: np.random.Generator) -> PairGroup:
    return replace(group, question=reordered(group.question, rng))
