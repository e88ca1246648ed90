"""A line to which a value comes on two ways, laid out differently, is not safely repaired for the one that ran."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

Repaired = Callable[..., Report]

STATES = """import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, two=True):
        super().__init__()
        self.two = two
        self.rnn = nn.GRU(8, 16, bidirectional=two, batch_first=True)
        self.start = nn.Linear(8, 32 if two else 16)

    def forward(self, x):
        h = self.start(x[:, 0])
{branch}
        return self.rnn(x, h.unsqueeze(0))[0]
"""
MAPS = """import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, pooled=True):
        super().__init__()
        self.pooled = pooled
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = self.conv(x)
{branch}
        return self.head(x.mean(1))
"""


@pytest.mark.parametrize(
    "branch, is_told",
    [
        ("        if self.two:\n            h = h.view(-1, 2, 16).transpose(0, 1).contiguous()", True),
        (
            "        if self.two:\n            h = h.view(-1, 2, 16)\n            h = h.transpose(0, 1).contiguous()",
            True,
        ),
        ("        if h.size(1) == 32:\n            h = h.view(-1, 2, 16).transpose(0, 1).contiguous()", False),
        ("        h = h.view(-1, 2, 16).transpose(0, 1).contiguous()", False),
    ],
    ids=["branch", "branch of two lines", "condition on the value", "no branch"],
)
def test_a_branch_that_lays_out_what_the_edited_line_reads(repaired: Repaired, branch: str, is_told: bool) -> None:
    report = repaired(STATES.format(branch=branch), "4,5,8")
    assert report.plan is not None
    told = [note for note in report.plan.notes if "laid out otherwise unless `self.two`" in note]
    assert bool(told) is is_told
    if is_told:
        assert report.plan.applicability is not Applicability.SAFE


@pytest.mark.parametrize(
    "branch",
    [
        "        if self.pooled:\n            x = x.flatten(2).mT\n        else:\n            x = x.mT",
        "        if not self.pooled:\n            return x.flatten(1)\n        x = x.flatten(2)",
    ],
    ids=["both branches", "the other returns"],
)
def test_branches_that_both_lay_it_out_or_leave_say_nothing(repaired: Repaired, branch: str) -> None:
    report = repaired(MAPS.format(branch=branch).replace("nn.Linear(4, 2)", "nn.Linear(5, 2)"), "2,3,6,6")
    assert report.plan is not None
    assert not any("laid out otherwise" in note for note in report.plan.notes)


SIZED = """import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, size=16, width=4):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, stride=4, padding=1)
        self.fc = nn.Linear({features}, 2)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
"""


@pytest.mark.parametrize(
    "features, is_told", [("width", True), ("width * 3 * 3", True), ("width * (size // 8)", False)]
)
def test_a_width_that_may_follow_from_the_size_of_the_maps(repaired: Repaired, features: str, is_told: bool) -> None:
    report = repaired(SIZED.format(features=features), "2,3,16,16")
    assert report.plan is not None
    assert any("`size` says how large the maps are" in note for note in report.plan.notes) is is_told
    if is_told:
        assert "nn.Linear(width * (size // 4) ** 2, 2)" in report.plan.texts[0][1]


FORGOTTEN = """import torch
from torch import nn

lay = nn.Conv1d(1, 2, 3)
for x in torch.randn(10, 6).split(5):
    {name} = x.view(len(x), 1, 6)
    print(lay(x).shape{read})
"""


@pytest.mark.parametrize("name, read, is_told", [("y", "", True), ("y", ", y.sum()", False), ("_", "", False)])
def test_what_nothing_reads_may_be_what_is_meant(name: str, read: str, is_told: bool, repaired: Repaired) -> None:
    plan = repaired(FORGOTTEN.format(name=name, read=read)).plan
    assert plan is not None
    assert ("nothing reads `y`, which line 6 made of the same tensor; it may be what is meant" in plan.notes) is is_told


CHOSEN = """import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, stereo=False):
        super().__init__()
        self.head = nn.Linear({width}, 2)

    def forward(self, x):
        return self.head(x)
"""
DECIDES_NOTHING = "`stereo` decides nothing any more after it; the other of both ways may be meant"


@pytest.mark.parametrize("width, is_told", [("12 if stereo else 6", True), ("24 if stereo else 6", False)])
def test_a_condition_that_decides_nothing_any_more(width: str, is_told: bool, repaired: Repaired) -> None:
    plan = repaired(CHOSEN.format(width=width), "4,12").plan
    assert plan is not None
    assert (DECIDES_NOTHING in plan.notes) is is_told
    assert (plan.applicability is Applicability.UNSAFE) or not is_told
