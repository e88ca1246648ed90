"""A size that is there as often as an option of the constructor says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

Repaired = Callable[..., Report]

_READER = """import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self, width, hidden, both):
        super().__init__()
        {directions}self.rnn = nn.GRU(width, hidden, batch_first=True, bidirectional={flag})
        self.norm = nn.LayerNorm({norm})

    def forward(self, x):
        return self.norm(self.rnn(x)[0])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = Reader(6, 12, True)

    def forward(self, x):
        return self.reader(x)
"""
_SET = "self.directions = 2 if both else 1\n        "


@pytest.mark.parametrize(
    "directions, flag, after",
    [
        (_SET, "both", "hidden * self.directions"),
        ("", "both", "hidden * (2 if both else 1)"),
    ],
)
def test_the_option_says_how_often(directions: str, flag: str, after: str, repaired: Repaired) -> None:
    before, expected = (_READER.format(directions=directions, flag=flag, norm=norm) for norm in ("hidden", after))
    report = repaired(before, "3,5,6")
    assert report.plan is not None
    assert report.plan.texts[0][1] == expected
    assert report.plan.applicability is Applicability.SAFE


def test_a_number_for_all_is_not_safe_beside_an_option(repaired: Repaired) -> None:
    report = repaired(_READER.format(directions="", flag="both", norm="12"), "3,5,6")
    numbers = [plan for plan in (report.plan, *report.alternatives) if plan and "LayerNorm(24)" in plan.texts[0][1]]
    assert all(plan.applicability is Applicability.UNSAFE for plan in numbers)
    assert report.plan is not None
    assert "LayerNorm((2 if both else 1) * 12)" in report.plan.texts[0][1]
