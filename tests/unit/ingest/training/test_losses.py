from __future__ import annotations

import pytest
import torch
from torch.nn.functional import normalize

from ingest.training.losses import distillation_loss, learning_rate_factor, require_finite


def units(count: int, seed: int) -> torch.Tensor:
    return normalize(torch.randn(count, 16, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_the_teachers_own_vectors_are_the_best_answer() -> None:
    teacher = units(6, 0)
    pool = torch.cat([teacher, units(30, 1)])
    best = distillation_loss(teacher, teacher, pool)
    assert distillation_loss(units(6, 2), teacher, pool) > best
    assert distillation_loss(teacher.flip(0), teacher, pool) > best
    near = normalize(teacher + 0.05 * units(6, 3), dim=1)
    assert best < distillation_loss(near, teacher, pool)


def test_the_gradient_pulls_to_the_teacher() -> None:
    teacher = units(4, 0)
    raw = units(4, 5).requires_grad_()
    distillation_loss(normalize(raw, dim=1), teacher, teacher).backward()  # type: ignore[no-untyped-call]
    assert raw.grad is not None
    moved = normalize(raw.detach() - 0.01 * raw.grad, dim=1)
    assert (moved * teacher).sum() > (raw.detach() * teacher).sum()


def test_the_learning_rate_rises_over_steps_and_falls_over_time() -> None:
    def factor(elapsed: float, step: int) -> float:
        return learning_rate_factor(elapsed, step, warmup_steps=10, floor=0.1)

    assert factor(0, 0) == pytest.approx(0.1)
    assert factor(0, 9) == pytest.approx(1.0)
    assert factor(0.5, 500) == pytest.approx(0.55)
    assert factor(1.0, 900) == factor(3.0, 900) == pytest.approx(0.1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_diverged_run_stops(value: float) -> None:
    with pytest.raises(FloatingPointError):
        require_finite(torch.tensor(value))
    require_finite(torch.tensor(1.0))
