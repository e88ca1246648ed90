"""Masks of what comes later, where keys of earlier calls are kept: a new position sees all that came before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

PROGRAM = """import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key = nn.Linear(6, 6), nn.Linear(6, 6)
        self.register_buffer("later", {buffer})

    def forward(self, x, kept):
        n = x.size(1)
        keys = torch.cat([kept, self.key(x)], dim=1)
        total = keys.size(1)
        scores = self.query(x) @ keys.transpose(1, 2)
        scores = {scores}
        return scores.softmax(-1) @ keys


print(Attention()(torch.rand(2, 4, 6), torch.rand(2, 5, 6)).shape)
"""
TRIANGLE = "torch.triu(torch.ones(16, 16), 1).bool()"
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE
CASES = {
    "cut by the new positions": (
        (TRIANGLE, "scores.masked_fill(self.later[:n, :n], -1e9)"),
        ("[:n, :n]", "[keys.size(1) - n:keys.size(1), :keys.size(1)]", SAFE),
    ),
    "cut by all positions": (
        (TRIANGLE, "scores.masked_fill(self.later[:total, :total], -1e9)"),
        ("[:total, :total]", "[total - x.size(1):total, :total]", SAFE),
    ),
    "with dimensions for samples": (
        ("torch.full((16, 16), -1e9).triu(1)[None]", "scores + self.later[:, :n, :n]"),
        ("[:, :n, :n]", "[:, keys.size(1) - n:keys.size(1), :keys.size(1)]", SAFE),
    ),
    "not cut": (
        (TRIANGLE, "scores.masked_fill(self.later, -1e9)"),
        ("self.later, -1e9", "self.later[total - n:total, :total], -1e9", SAFE),
    ),
    "a table that need not be a triangle": (
        ("torch.rand(16, 16)", "scores + self.later[:n, :n]"),
        ("[:n, :n]", "[keys.size(1) - n:keys.size(1), :keys.size(1)]", UNSAFE),
    ),
}


@pytest.mark.parametrize("parts, change", CASES.values(), ids=CASES)
def test_the_last_rows_are_taken(
    parts: tuple[str, str], change: tuple[str, str, Applicability], repaired: Callable[..., Report]
) -> None:
    program = PROGRAM.format(buffer=parts[0], scores=parts[1])
    plan = repaired(program).plan
    assert plan is not None
    assert [text for _, text in plan.texts] == [program.replace(*change[:2])]
    assert plan.applicability is change[2], plan.notes
