"""A model that runs in training mode and fails in evaluation mode, where other lines of it run."""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.report import RepairEnding, Report
from autofix.records.trace import CheckKind
from autofix.search.sample_trials import EVALUATED

Repaired = Callable[..., Report]

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.body, self.aux, self.head = nn.Linear(6, width), nn.Linear(width, 3), nn.Linear(width, 3)
        self.fused = None

    def forward(self, x):
        h = torch.relu(self.body(x))
        if self.training:
            return self.head(h), self.aux(h)
        return {}
"""


def test_a_fault_of_the_other_mode_is_told_and_repaired(repaired: Repaired) -> None:
    report = repaired(NET.format("self.head(x).softmax(-1)"), "4,6")
    assert report.ending is RepairEnding.REPAIRED
    assert report.plan is not None
    assert [text for _, text in report.plan.texts] == [NET.format("self.head(h).softmax(-1)")]
    assert EVALUATED in report.notes
    used = next(check.detail for check in report.plan.proof.checks if check.kind is CheckKind.USES)
    assert used == "`Net()` in training mode"


def test_what_has_to_be_done_before_a_model_is_used_is_no_fault(repaired: Repaired) -> None:
    report = repaired(NET.format("h @ self.fused"), "4,6")
    assert report.ending is RepairEnding.HEALTHY
    assert EVALUATED not in report.notes
