"""What the student is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

TEMPERATURE = 0.05
COSINE_WEIGHT = 10.0
REVERSE_WEIGHT = 0.5
_LARGEST_STEP = 1.0
NONE_COSINE = 0.45
"""About half way between the cosines of right and of wrong passages before this stage."""


def distillation_loss(student: Tensor, teacher: Tensor, pool: Tensor) -> Tensor:
    """Return the loss of a batch; all vectors are unit vectors.

    Three wishes: the teacher's vector itself (cosine); the teacher's own distribution of
    similarity over a large pool of other texts, so that a question comes as near to a passage as
    it does for the teacher, and near misses are told apart; and, the other way round, that each
    teacher's vector finds its student among the batch.

    Args:
        student: What the student makes of the texts, shape (texts, dimensions).
        teacher: What the teacher makes of their English sides, same shape.
        pool: The teacher's vectors of many texts, these among them, shape (pool, dimensions).
    """
    cosine = 1 - (student * teacher).sum(dim=1).mean()
    wanted = functional.softmax(teacher @ pool.T / TEMPERATURE, dim=1)
    seen = functional.log_softmax(student @ pool.T / TEMPERATURE, dim=1)
    forward = -(wanted * seen).sum(dim=1).mean()
    own = functional.softmax(teacher @ teacher.T / TEMPERATURE, dim=1)
    found = functional.log_softmax(teacher @ student.T / TEMPERATURE, dim=1)
    backward = -(own * found).sum(dim=1).mean()
    loss: Tensor = COSINE_WEIGHT * cosine + forward + REVERSE_WEIGHT * backward
    return loss


def contrastive_loss(questions: Tensor, passages: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """Return the mean loss of finding each question's passage among all; all are unit vectors.

    "None of them" is one more choice, whose score is a constant: the cosine that an answer should
    exceed and what is near an answer should not, whatever the question.

    Args:
        questions: Shape (questions, dimensions).
        passages: Shape (passages, dimensions).
        right: The passage that answers, of each question, shape (questions,); the number of
            passages where none of them does.
        ignored: Passages that are neither right nor wrong, boolean (questions, passages).
    """
    scores = (questions @ passages.T).float().masked_fill(ignored, float("-inf"))
    none = scores.new_full((len(scores), 1), NONE_COSINE)
    return functional.cross_entropy(torch.cat([scores, none], dim=1) / TEMPERATURE, right)


def learning_rate_factor(elapsed: float, step: int, *, warmup_steps: int, floor: float) -> float:
    """Return the factor of a linear decay over time, after a linear warm-up over steps.

    Args:
        elapsed: Share of the time budget that is used up, from 0.
        step: Steps done.
        warmup_steps: Steps until the full rate.
        floor: The factor at the end of the budget.
    """
    decay = 1 - (1 - floor) * min(max(elapsed, 0.0), 1.0)
    return decay * min(1.0, (step + 1) / warmup_steps)


def require_finite(loss: Tensor) -> None:
    """Stop a run that has diverged, before its checkpoint is overwritten.

    Raises:
        FloatingPointError: The loss is NaN or infinite.
    """
    if not bool(torch.isfinite(loss)):
        raise FloatingPointError(f"the loss is {float(loss.detach())}")


def descend(
    loss: Tensor, optimizer: torch.optim.Optimizer, learnt: Sequence[nn.Parameter]
) -> float:
    """Take one step down a loss, no larger than the largest; return the loss.

    Args:
        loss: Of the batch.
        optimizer: Takes the step.
        learnt: The parameters whose gradient is held to the largest.

    Raises:
        FloatingPointError: The loss is NaN or infinite.
    """
    require_finite(loss)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(learnt, _LARGEST_STEP)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())
