"""Arithmetic backwards, on plain numbers."""

from __future__ import annotations

import ast

import pytest

from autofix.provenance.inverse_arithmetic import fit, inverse_operands


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


@pytest.mark.parametrize("base, result, exponents", [(4, 16, [2]), (2, 1024, [10]), (3, 20, []), (1, 1, [])])
def test_an_exponent_is_solved_for(base: int, result: int, exponents: list[int]) -> None:
    operands = inverse_operands(ast.Pow(), base, 3, result)
    assert [value for side, value in operands if side == 1] == exponents
