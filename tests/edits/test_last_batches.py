"""A sample that is left over at the end of a loader, in the training of programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

PICTURES = """import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def loaders(pictures, kinds):
    data = TensorDataset(pictures, kinds)
    return DataLoader(data, 4, True, num_workers=0), DataLoader(data, 4)


net = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(5))
optimizer = torch.optim.SGD(net.parameters(), 0.1)
train, test = loaders(torch.rand(9, 3, 6, 6), torch.arange(9) % 4)
for pictures, kinds in train:
    loss = nn.functional.cross_entropy(net(pictures), kinds)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
net.eval()
print(sum((net(pictures).argmax(1) == kinds).sum() for pictures, kinds in test))
"""
SERIES = """import torch
from torch import nn
from torch.utils import data


def windows(series, is_training):
    return data.DataLoader([(w[:-1], w[-1:]) for w in series.unfold(0, 6, 1)], batch_size=5, shuffle=is_training)


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.norm, self.out = nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Linear(8, 1)

    def forward(self, past):
        return self.out(torch.relu(self.norm(self.inner(past))))


def update(model, optimizer, past, value):
    optimizer.zero_grad()
    (model(past) - value).pow(2).mean().backward()
    optimizer.step()


model = Forecast()
optimizer = torch.optim.Adam(model.parameters())
for past, value in windows(torch.rand(16), True):
    update(model, optimizer, past, value)
model.eval()
print(sum((model(past) - value).abs().sum() for past, value in windows(torch.rand(11), False)))
"""
CASES = {
    "pictures": (PICTURES, "DataLoader(data, 4, True, num_workers=0, drop_last=True), DataLoader(data, 4)"),
    "windows of a series": (SERIES, "shuffle=is_training, drop_last=is_training)"),
}
ARRAYS = "loaders(torch.rand(9, 3, 6, 6), torch.arange(9) % 4)"
OTHERS = {
    "predictions without `eval`": (
        ARRAYS,
        "loaders(torch.rand(8, 3, 6, 6), torch.arange(8) % 4)[0], loaders(torch.rand(9, 3, 6, 6), torch.ones(9))[1]",
    ),
    "one sample in all": (ARRAYS, ARRAYS.replace("9", "1")),
    "two loaders that shuffle": ("DataLoader(data, 4)", "DataLoader(data, 4, shuffle=True)"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_loader_of_the_training_leaves_the_last_sample_out(case: str, repaired: Repaired) -> None:
    program, line = CASES[case]
    report = repaired(program)
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    ((_, text),) = report.plan.texts
    assert line in text


@pytest.mark.parametrize("case", OTHERS)
def test_no_sample_is_left_out_elsewhere(case: str, repaired: Repaired) -> None:
    old, new = OTHERS[case]
    assert PICTURES.count(old) == 1
    report = repaired(PICTURES.replace("net.eval()\n", "").replace(old, new))
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("drop_last" in text for plan in plans for _, text in plan.texts)
