"""Which dimension of the inputs is the batch, and which other batches are tried; no model is run."""

from __future__ import annotations

import pytest

from autofix.probe.main.samples_request import (
    InputRequest,
    SamplesRequest,
    batch_size,
    other_batch_sizes,
    with_batch,
)


def _samples(*shapes: tuple[int, ...]) -> SamplesRequest:
    return SamplesRequest(tuple(InputRequest(shape, "float32", None, None, None) for shape in shapes), None)


BATCHES: dict[str, tuple[tuple[tuple[int, ...], ...], int | None]] = {
    "one input": (((4, 6),), 4),
    "two that agree": (((4, 6), (4,)), 4),
    "two that do not": (((4, 6), (5, 6)), None),
    "rows that belong to each other": (((4, 6), (4, 4)), None),
    "a vector": (((4,),), 4),
    "a number": (((),), None),
    "a number beside a batch": (((4, 6), ()), None),
    "nothing in it": (((0, 6),), None),
    "no input": ((), None),
}


@pytest.mark.parametrize("shapes, expected", BATCHES.values(), ids=BATCHES)
def test_batch_size(shapes: tuple[tuple[int, ...], ...], expected: int | None) -> None:
    samples = _samples(*shapes)
    assert batch_size(samples) == expected
    if expected is not None:
        assert [sample.shape for sample in with_batch(samples, 9).inputs] == [(9, *shape[1:]) for shape in shapes]


def test_an_expression_has_no_batch() -> None:
    assert batch_size(SamplesRequest((), "torch.zeros(4, 6)")) is None


@pytest.mark.parametrize("batch, expected", [(1, (2, 3)), (2, (3, 4)), (3, (4, 2)), (4, (5, 3)), (64, (65, 3))])
def test_two_other_sizes(batch: int, expected: tuple[int, int]) -> None:
    assert other_batch_sizes(batch) == expected
