"""Trains the reranker: which of the nearest passages answers, and whether any does.

Two wishes at once: that the passage that answers is rated above the others of its question, or the
question that is answered above others of its passage (softmax), and that every pair is rated for
itself (cross-entropy), so that a question without an answer has no passage that is rated high. A
third where there is a teacher: that every pair is rated as the teacher rates it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ingest.training.losses import descend, learning_rate_factor
from ingest.training.near_misses import NearMisses
from ingest.training.pair_groups import NEAR, PairGroup
from ingest.training.pair_scorers import Pair, PairScorer, TrainablePairScorer
from ingest.training.timed_run import Stateful, TimedRun
from ingest.training.word_order import reordered

_RIGHT_WEIGHT: Final = 3.0
"""What a right passage counts when passages are rated for themselves: there are fewer of them."""
_SINGLE_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankingSettings:
    """How a stage is trained."""

    minutes: float
    steps: int | None = None
    """Most steps."""
    seed: int = 1
    groups: int = 14
    """Draws a step: a question beside passages, or a passage beside questions."""
    near: int = 3
    """Wrong passages a question, of the nearest."""
    far: int = 1
    """Wrong passages a question, of the others."""
    vault_share: float = 0.5
    """How many of the questions are asked of vaults, 0-1."""
    near_miss_share: float = 0.3
    """How many stand beside near misses, 0-1; the others are asked of lessons."""
    other_share: float = 0.08
    """How many draws are of another kind, where there is one, 0-1."""
    reordered_share: float = 0.2
    """How many have their words in another order, 0-1."""
    body_rate: float = 7e-5
    head_rate: float = 3e-2
    dropout: float = 0.1
    """How much of each layer's output is left out while it learns, 0-1."""
    warmup_steps: int = 50
    rate_floor: float = 0.05
    fast: bool = True
    """Compute in bfloat16 (weights stay float32)."""
    teacher_weight: float = 2.0
    """What it counts at the start that pairs are rated as the teacher rates them."""
    teacher_decay: float = 1.6
    """How much less of that at the end of the time, as a share; more than 1: it ends before."""
    mean_rate: float | None = None
    """The running mean of the weights moves by so much a step to those learnt, 0-1, and is what
    remains at the end; None: the weights learnt last remain."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Pairs of question and passage that are rated among each other."""

    pairs: list[Pair]
    has_right: bool
    """Whether the first is right; the others never are."""


Drawing = Callable[[np.random.Generator], Draw]
"""Draws by chance."""


class RerankingTrainer:
    """One stage of a run.

    Args:
        reader: What learns.
        teacher: Whose logits are learnt too; None for none.
        lessons: Groups of lessons, at least one.
        vaults: Groups of vaults; none for a stage over lessons alone.
        near_misses: Passages with questions that they answer, and nearly answer.
        others: Draws what is neither of lessons nor of vaults; None where there is no such thing.
        settings: How.
        checkpoint: The file that a stopped run goes on from.
    """

    def __init__(
        self,
        reader: TrainablePairScorer,
        *,
        teacher: PairScorer | None = None,
        lessons: Sequence[PairGroup],
        vaults: Sequence[PairGroup],
        near_misses: Sequence[NearMisses] = (),
        others: Drawing | None = None,
        settings: RerankingSettings,
        checkpoint: Path,
    ) -> None:
        self._reader = reader
        self._teacher = teacher
        self._mean = _running_mean(reader.network, settings.mean_rate)
        self._lessons = _drawable(lessons, settings)
        self._vaults = _drawable(vaults, settings)
        self._near_misses = near_misses
        self._others = others
        self._settings = settings
        self._checkpoint = checkpoint
        body = list(reader.network.encoder.parameters())
        head = [p for n, p in reader.network.named_parameters() if not n.startswith("encoder.")]
        self._rates = (settings.body_rate, settings.head_rate)
        self._optimizer = torch.optim.AdamW([{"params": body}, {"params": head}], weight_decay=0.01)
        self._body = body

    def train(self) -> None:
        """Train to the end of the time, from the last checkpoint where there is one."""
        run = TimedRun(
            minutes=self._settings.minutes, steps=self._settings.steps, checkpoint=self._checkpoint
        )
        network = self._reader.network
        parts: dict[str, Stateful] = {"network": network, "optimizer": self._optimizer}
        if self._mean is not None:
            parts["mean"] = self._mean
        with dropping_out(network, self._settings.dropout):
            run.train(parts, self._step)
        if self._mean is not None:
            network.load_state_dict(self._mean.module.state_dict())

    def _step(self, step: int, share: float) -> float:
        settings = self._settings
        factor = learning_rate_factor(
            share, step, warmup_steps=settings.warmup_steps, floor=settings.rate_floor
        )
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        pairs, owner, right = self._drawn(step)
        logits = self._reader.logits(pairs, fast=settings.fast)
        loss = group_loss(logits, owner.to(logits.device), right.to(logits.device))
        weight = settings.teacher_weight * max(0.0, 1 - settings.teacher_decay * share)
        if self._teacher is not None and weight:
            loss = loss + weight * teacher_loss(logits, self._taught(self._teacher, pairs))
        value = descend(loss, self._optimizer, self._body)
        if self._mean is not None:
            self._mean.update_parameters(self._reader.network)
        return value

    @torch.no_grad()
    def _taught(self, teacher: PairScorer, pairs: Sequence[Pair]) -> Tensor:
        return teacher.logits(pairs, fast=self._settings.fast)

    def _drawn(self, step: int) -> tuple[list[Pair], Tensor, Tensor]:
        """Return the pairs of a step, the draw each belongs to, and which are right."""
        rng = np.random.default_rng([self._settings.seed, step])
        draws = [self._draw(rng) for _ in range(self._settings.groups)]
        pairs = [pair for draw in draws for pair in draw.pairs]
        owner = [number for number, draw in enumerate(draws) for _ in draw.pairs]
        right = [
            draw.has_right and place == 0 for draw in draws for place in range(len(draw.pairs))
        ]
        return pairs, torch.tensor(owner), torch.tensor(right)

    def _draw(self, rng: np.random.Generator) -> Draw:
        settings, kind = self._settings, rng.random()
        if self._others is not None and rng.random() < settings.other_share:
            return self._others(rng)
        if kind < settings.near_miss_share and self._near_misses:
            beside = self._near_misses[any_place(len(self._near_misses), rng)]
            drawn = beside_near_misses(beside, rng)
        else:
            asks_vault = kind < settings.near_miss_share + settings.vault_share
            pool = self._vaults if asks_vault and self._vaults else self._lessons
            drawn = beside_passages(pool[any_place(len(pool), rng)], settings, rng)
        if rng.random() >= settings.reordered_share:
            return drawn
        other = {asked: reordered(asked, rng) for asked, _ in drawn.pairs}
        return replace(drawn, pairs=[(other[asked], told) for asked, told in drawn.pairs])


def _running_mean(network: nn.Module, rate: float | None) -> AveragedModel | None:
    """Return what keeps the running mean of a network's weights; starts as the first step ends."""
    if rate is None:
        return None
    average = get_ema_multi_avg_fn(1 - rate)  # type: ignore[no-untyped-call]
    return AveragedModel(network, multi_avg_fn=average)


@contextmanager
def dropping_out(network: nn.Module, share: float) -> Iterator[None]:
    """Leave out a share of each layer's output within; nothing is left out before and after."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]
    for layer in layers:
        layer.p = share
        layer.train()
    try:
        yield
    finally:
        for layer in layers:
            layer.eval()


def _drawable(groups: Sequence[PairGroup], settings: RerankingSettings) -> list[PairGroup]:
    """Return the groups with enough wrong passages to choose from."""
    return [group for group in groups if len(group.wrong) >= settings.near]


def beside_passages(
    group: PairGroup, settings: RerankingSettings, rng: np.random.Generator
) -> Draw:
    """Return a question beside the passage that answers, if any does, and some of the wrong."""
    passages = [group.right] if group.right is not None else []
    passages += group.near_wrong(settings.near, rng)
    far = group.wrong[NEAR:]
    passages += [far[place] for place in rng.permutation(len(far))[: settings.far]]
    return Draw([(group.question, one) for one in passages], has_right=group.right is not None)


def beside_near_misses(found: NearMisses, rng: np.random.Generator) -> Draw:
    """Return a passage beside a question that it answers, and all that it nearly answers."""
    questions = [found.answered[any_place(len(found.answered), rng)], *found.missed]
    return Draw([(one, found.passage) for one in questions], has_right=True)


def any_place(count: int, rng: np.random.Generator) -> int:
    """Draw one of so many places, from 0."""
    return int(rng.integers(count))


def group_loss(logits: Tensor, owner: Tensor, right: Tensor) -> Tensor:
    """Return the loss of rating pairs, each among those of its draw and for itself.

    Args:
        logits: Shape (pairs,).
        owner: The draw of each pair, shape (pairs,).
        right: Which are a question and what answers it, boolean, shape (pairs,).
    """
    single = functional.binary_cross_entropy_with_logits(
        logits, right.float(), pos_weight=logits.new_tensor(_RIGHT_WEIGHT)
    )
    answered = owner[right]
    if not len(answered):
        return _SINGLE_WEIGHT * single
    among = torch.where(owner[None, :] == answered[:, None], logits[None, :], float("-inf"))
    chosen = torch.log_softmax(among, dim=1)[torch.arange(len(answered)), right.nonzero()[:, 0]]
    loss: Tensor = _SINGLE_WEIGHT * single - chosen.mean()
    return loss


def teacher_loss(logits: Tensor, teacher: Tensor) -> Tensor:
    """Return the cross-entropy of rating pairs with the teacher's probabilities of the same.

    Args:
        logits: Shape (pairs,).
        teacher: The teacher's logits, same shape.
    """
    loss: Tensor = functional.binary_cross_entropy_with_logits(
        logits, torch.sigmoid(teacher.float()).to(logits.device)
    )
    return loss


@torch.no_grad()
def rate_groups(reader: PairScorer, groups: Sequence[PairGroup]) -> dict[str, float]:
    """Return how well groups that nothing was learnt from are rated.

    `first` is the share of answered questions whose right passage is rated highest; `told apart`
    the chance that the best of an answered question is rated above the best of one without an
    answer.

    Raises:
        ValueError: There is no group with, or none without, an answer.
    """
    firsts: list[bool] = []
    best: dict[bool, list[float]] = {True: [], False: []}
    for group in groups:
        passages = ([group.right] if group.right is not None else []) + list(group.wrong[:NEAR])
        logits = reader.logits([(group.question, passage) for passage in passages], fast=True)
        best[group.right is not None].append(float(logits.max()))
        if group.right is not None:
            firsts.append(int(logits.argmax()) == 0)
    if not best[True] or not best[False]:
        raise ValueError("groups of both kinds are needed")
    with_one, without = np.array(best[True]), np.array(best[False])
    return {
        "first": float(np.mean(firsts)),
        "told apart": float((with_one[:, None] > without[None, :]).mean()),
    }
