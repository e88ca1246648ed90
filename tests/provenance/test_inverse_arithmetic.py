"""Arithmetic backwards, on plain numbers."""

from __future__ import annotations

import pytest

from autofix.provenance.inverse_arithmetic import fit


@pytest.mark.parametrize(
    "values, flattened, targets",
    [
        ([16, 5, 5], (16, 6, 6), (16, 6, 6)),
        ([24, 5], (6, 24), (24, 6)),
        ([7, 7, 64], (64, 6, 6), (6, 6, 64)),
        ([10, 20], (30, 40), (30, 40)),
        ([8, None], (1, 4, 8), (8, 4)),
        ([128, 49], (128, 6, 6), (128, 36)),
        ([3, 5], (16, 6, 6), None),
    ],
)
def test_a_product_keeps_the_factors_that_still_fit(
    values: list[int | None], flattened: tuple[int, ...], targets: tuple[int, ...] | None
) -> None:
    assert fit(values, flattened) == targets
