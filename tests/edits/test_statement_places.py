"""Lines that run at the wrong time, or under the wrong condition, in models of several fields."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from autofix.fixes.rule import model
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

# What the model is, what it does, what stands there and what should, and a sample.
CASES = {
    "an else: a state of layers and directions": (
        "self.rnn = nn.GRU(8, 6, 2, batch_first=True); self.start = nn.Linear(8, 12); self.layers = 2",
        """
        h = self.start(x[:, 0])
        if self.layers > 1:
            h = h.view(-1, 2, 6).transpose(0, 1).contiguous()
        h = h.unsqueeze(0)
        self.rnn(x, h)[0]
        """,
        ("        h = h.unsqueeze(0)\n", "        else:\n            h = h.unsqueeze(0)\n"),
        "3,5,8",
    ),
    "an else: frames that are averaged": (
        "self.head = nn.Linear(6, 2); self.pooled = True",
        """
        if self.pooled:
            x = x.mean(1)
        x = x[:, -1].relu()
        self.head(x)
        """,
        ("        x = x[:, -1].relu()\n", "        else:\n            x = x[:, -1].relu()\n"),
        "4,7,6",
    ),
    "an else: actions that are numbers or torques": (
        "self.head = nn.Linear(3, 1); self.discrete = True",
        """
        if self.discrete:
            x = F.one_hot(x, 3).float()
        x = x.unsqueeze(-1).expand(-1, 3)
        self.head(x)
        """,
        ("        x = x.uns", "        else:\n            x = x.uns"),
        "int64:5@0..3",
    ),
    "an else: maps that are folded in one of three ways": (
        "self.head = nn.Linear(4, 2); self.kind = 'mean'",
        """
        if self.kind == 'mean':
            x = x.mean((2, 3))
        elif self.kind == 'max':
            x = x.amax((2, 3))
        x = x.permute(0, 2, 3, 1)
        self.head(x)
        """,
        ("        x = x.permute", "        else:\n            x = x.permute"),
        "2,4,5,5",
    ),
    "out of a loop: branches that are joined in every round": (
        "self.convs = nn.ModuleList(nn.Conv2d(3, 4, k, padding=k // 2) for k in (1, 3)); self.mix = nn.Conv2d(8, 3, 1)",
        """
        outs = []
        for conv in self.convs:
            outs.append(conv(x))
            x = self.mix(torch.cat(outs, 1))
        x
        """,
        ("            x = self.mix", "        x = self.mix"),
        "2,3,6,6",
    ),
    "out of a condition: a part that is for all": (
        "self.fine = nn.Linear(4, 4); self.head = nn.Linear(8, 2); self.deep = False",
        """
        y = self.fine(x)
        if self.deep:
            y = y + x
            x = torch.cat([x, y], 1)
        self.head(x)
        """,
        ("            x = torch.cat", "        x = torch.cat"),
        "2,4",
    ),
    "into a loop: steps that are kept behind it": (
        "self.cell = nn.GRUCell(4, 5); self.head = nn.Linear(15, 2)",
        """
        h, states = x.new_zeros(x.size(0), 5), []
        for step in range(x.size(1)):
            h = self.cell(x[:, step], h)
        states.append(h)
        self.head(torch.cat(states, 1))
        """,
        ("        states.append", "            states.append"),
        "2,3,4",
    ),
    "into a loop: levels that are kept behind it": (
        "self.downs = nn.ModuleList(nn.Conv2d(3, 3, 3, 2, 1) for _ in range(3)); self.head = nn.Linear(9, 2)",
        """
        levels = []
        for down in self.downs:
            x = down(x)
        levels += [x.mean((2, 3))]
        self.head(torch.cat(levels, 1))
        """,
        ("        levels +=", "            levels +="),
        "2,3,16,16",
    ),
    "a boundary: maps of the least size": (
        "self.conv = nn.Conv2d(3, 4, 3, padding=1); self.head = nn.Linear(64, 2); self.least = 8",
        """
        x = self.conv(x)
        if x.size(2) > self.least:
            x = F.max_pool2d(x, 2)
        self.head(x.flatten(1))
        """,
        (" > ", " >= "),
        "2,3,8,8",
    ),
    "a boundary: one frame of history": (
        "self.head = nn.Conv1d(6, 2, 1); self.frames = 1",
        """
        if self.frames < 1:
            x = x.unsqueeze(-1)
        n, c, t = x.shape
        self.head(x)
        """,
        (" < ", " <= "),
        "4,6",
    ),
    "a condition: features that are stored": (
        "self.backbone = nn.Conv2d(3, 6, 3); self.head = nn.Linear(6, 2); self.stored = True",
        """
        if not self.stored:
            x = self.backbone(x).mean((2, 3))
        self.head(x)
        """,
        ("not self.stored", "self.stored"),
        "4,3,9,9",
    ),
    "a condition: a pooling that is there": (
        "self.head = nn.Linear(6, 2); self.pooling = None",
        """
        x = x.mean(1) if self.pooling is not None else x
        n, d = x.shape
        self.head(x)
        """,
        ("is not None", "is None"),
        "4,3,6",
    ),
}


@pytest.mark.parametrize("init, forward, change, sample", CASES.values(), ids=CASES)
def test_a_line_that_runs_at_the_wrong_time(
    init: str, forward: str, change: tuple[str, str], sample: str, repaired: Repaired
) -> None:
    text = str(model(init.replace("; ", "\n"), dedent(forward).strip()))
    assert text.count(change[0]) == 1
    report = repaired(text, sample, model="Net()")
    assert report.ending is RepairEnding.REPAIRED, report.message
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert text.replace(*change) in [changed for plan in plans for _, changed in plan.texts]
    assert all(plan.applicability is Applicability.UNSAFE for plan in plans if "AF607" in str(plan.steps))


@pytest.mark.parametrize(
    "line",
    [
        "x = x + self.mask if self.mask is not None else x",
        "x = x if self.mask is None else x + self.mask",
        "if self.mask is not None:\n    x = x + self.mask",
        "if not self.mask is None:\n    x = x + self.mask",
    ],
)
def test_what_is_read_where_it_is_there_is_not_asked_for_the_other_way_round(line: str, repaired: Repaired) -> None:
    text = str(model("self.mask = torch.zeros(7, 7)\nself.head = nn.Linear(6, 2)", f"{line}\nself.head(x)"))
    report = repaired(text, "4,6,6", model="Net()")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("AF607" in str(plan.steps) for plan in plans)


def test_an_option_of_the_caller_is_not_asked_for_the_other_way_round(repaired: Repaired) -> None:
    text = (
        "import torch\nfrom torch import nn\n\n\nclass Block(nn.Module):\n"
        "    def __init__(self, wide=True):\n        super().__init__()\n        self.wide = wide\n\n"
        "    def forward(self, x):\n        y = x.unsqueeze(1).repeat(1, 2, 1)\n        if self.wide:\n"
        "            return y.flatten(1)\n        return y.mean(1)\n\n\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.block = Block()\n"
        "        self.head = nn.Linear(6, 2)\n\n    def forward(self, x):\n        return self.head(self.block(x))\n"
    )
    report = repaired(text, "4,6", model="Net()")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert plans
    assert not any("AF607" in str(plan.steps) for plan in plans)
