"""The token head scores passages as retrieval does, and what it ships is what it has learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ingest.token_vectors import HEAD_FILE
from ingest.token_vectors import TokenHead as ShippedHead
from ingest.training.token_head import TOKEN_DIMENSION, TokenHead, TokenStates, load_head
from kb.retrieval.interaction import interact

DIMENSION = 128


def make_head() -> TokenHead:
    torch.manual_seed(1)
    head = TokenHead(DIMENSION)
    torch.nn.init.normal_(head.weight.weight)
    return head


def make_states(lengths: list[int]) -> tuple[list[torch.Tensor], TokenStates]:
    """Return the states of texts, marks included, one by one and as a padded group."""
    states = [torch.randn(length + 2, DIMENSION) for length in lengths]
    padded = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
    mask = torch.zeros(padded.shape[:2], dtype=torch.long)
    for row, own in enumerate(states):
        mask[row, : len(own)] = 1
    return states, TokenStates.between_marks(padded, mask)


def test_scores_are_those_of_retrieval() -> None:
    head = make_head()
    questions, asked = make_states([3, 5])
    passages, told = make_states([4, 9, 1])
    with torch.no_grad():
        scores = head.scores([asked], [told]).numpy()
    shipped = ShippedHead(
        head.projection.weight.detach().numpy(),
        head.weight.weight.detach().numpy()[0],
        float(head.weight.bias.detach()),
    )
    kept = [
        [np.rint(shipped.of_document(states.numpy()) * 127).astype(np.int8)] for states in passages
    ]
    for row, states in enumerate(questions):
        found = interact(shipped.of_question(states.numpy()), kept)
        means = [one.mean for one in found if one is not None]
        assert np.allclose(means, scores[row], atol=0.01)


def test_what_is_shipped_is_loaded_again(tmp_path: Path) -> None:
    head = make_head()
    assert load_head(tmp_path) is None
    assert ShippedHead.load(tmp_path) is None
    save_file(head.shipped(), tmp_path / HEAD_FILE)
    again, shipped = load_head(tmp_path), ShippedHead.load(tmp_path)
    assert again is not None
    assert shipped is not None
    assert torch.equal(again.projection.weight, head.projection.weight)
    assert torch.equal(again.weight.weight, head.weight.weight)
    assert shipped.projection.shape == (TOKEN_DIMENSION, DIMENSION)


def test_what_is_ignored_has_no_part_in_the_loss_and_none_in_its_gradient() -> None:
    head = make_head()
    scores = torch.tensor([[0.9, 0.8]], requires_grad=True)
    ignored = torch.tensor([[False, True]])
    right = torch.tensor([0])
    loss = head.loss(scores, right, ignored)
    loss.backward()  # type: ignore[no-untyped-call]
    assert head.sharpness.grad is not None
    assert torch.isfinite(head.sharpness.grad)
    assert loss < head.loss(scores, right, torch.zeros_like(ignored))


def test_the_first_projection_keeps_the_directions_in_which_states_differ() -> None:
    head = TokenHead(DIMENSION)
    states = torch.zeros(50, DIMENSION)
    states[:, 7] = torch.randn(50)
    head.start_from(states)
    kept = head.projection.weight[:, 7].abs().max()
    assert kept > 0.99
