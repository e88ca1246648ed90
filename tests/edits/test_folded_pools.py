"""Pools that leave several places of each sample, which became rows, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.report import Report

Check = Callable[[str, str, tuple[str, str]], None]

SOUNDS = """import torch
from torch import nn


class Sounds(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.width = width
        self.conv = nn.Conv1d(1, width, 9, stride=2, padding=4)
        self.pool = nn.AvgPool1d(25)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(width, 1)

    def forward(self, wave):
        h = self.drop(self.pool(torch.relu(self.conv(wave))))
        return self.out(h.reshape(-1, self.width)).squeeze(1)


net = Sounds()
optimizer = torch.optim.SGD(net.parameters(), 0.1)
for _ in range(2):
    loss = nn.functional.binary_cross_entropy_with_logits(net(torch.randn(7, 1, 150)), torch.ones(7))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss)
"""
SCANS = """import torch
import torch.nn.functional as F
from torch import nn


class Scans(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 5, 3, padding=1)
        self.out = nn.Linear(5, 2)

    def forward(self, scan):
        h = F.avg_pool3d(F.relu(self.conv(scan)), 4)
        return self.out(h.view(-1, 5))


net = Scans()
age = torch.rand(3, 2)
error = (net(torch.randn(3, 1, 8, 8, 8)) - age).abs().mean()
error.backward()
print(error)
"""


def test_a_layer_that_pools_sounds(check_change: Check) -> None:
    check_change("", SOUNDS, ("AvgPool1d(25)", "AdaptiveAvgPool1d(1)"))


def test_a_function_that_pools_scans(check_change: Check) -> None:
    check_change(
        "", SCANS, ("avg_pool3d(F.relu(self.conv(scan)), 4)", "adaptive_avg_pool3d(F.relu(self.conv(scan)), 1)")
    )


def test_places_that_are_laid_out_as_rows_on_purpose(repaired: Callable[..., Report]) -> None:
    program = SCANS.replace("h.view(-1, 5)", "h.permute(0, 2, 3, 4, 1).reshape(-1, 5)")
    report = repaired(program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("adaptive" in text for plan in plans for _, text in plan.texts)
    whole = program.replace("age = torch.rand(3, 2)", "age = torch.rand(24, 2)")
    assert repaired(whole).plan is None
