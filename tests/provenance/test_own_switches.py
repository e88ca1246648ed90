"""A switch of the project's own, set where a layer is built, is tried with its other value."""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.plan import Applicability
from autofix.records.report import Report

Repaired = Callable[..., Report]

GATED = """import torch
from torch import nn


class Pooled(nn.Module):
    def __init__(self, width, keep_steps=False):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.keep_steps = keep_steps

    def forward(self, x):
        x = self.fc(x)
        return x if self.keep_steps else x.mean(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pooled = Pooled(6, keep_steps=False)
        self.rnn = nn.GRU(6, 4, batch_first=True)

    def forward(self, x):
        out, _ = self.rnn(self.pooled(x))
        return out[:, -1, :]
"""


def test_the_other_value_of_a_switch_is_tried(repaired: Repaired) -> None:
    report = repaired(GATED, "3,5,6")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    switched = [plan for plan in plans if "keep_steps=True" in plan.texts[0][1]]
    assert switched
    assert all(plan.applicability is not Applicability.SAFE for plan in switched)
