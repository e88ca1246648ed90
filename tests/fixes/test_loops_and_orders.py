"""Loops whose passes all read what the first one read, and dimensions that were moved to the wrong places."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

NET = """import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {init}

    def forward(self, x):
        {forward}
"""


def _net(init: str, forward: str) -> str:
    return NET.format(init=init.replace("\n", "\n" + " " * 8), forward=forward.replace("\n", "\n" + " " * 8))


LINEAR = "self.layers = nn.ModuleList([nn.Linear(6, 10), nn.Linear(10, 12), nn.Linear(12, 4)])"
CONVS = "self.blocks = nn.ModuleList([nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)])"
CELLS = "self.cells = nn.ModuleList([nn.GRU(6, 5, batch_first=True), nn.GRU(5, 3, batch_first=True)])"
UNFED = {
    "one name serves both": (
        (LINEAR, "for layer in self.layers:\n    out = torch.relu(layer(x))\nreturn out"),
        "2,6",
        {"out = torch": "x = torch", "return out": "return x"},
    ),
    "more is done in the loop": (
        (
            CONVS,
            "for i, block in enumerate(self.blocks):\n    y = block(x)\n    if i == 0:\n"
            "        y = F.max_pool2d(y, 2)\nreturn y.mean((2, 3))",
        ),
        "2,3,8,8",
        {"y = F.max_pool2d(y, 2)\n": "y = F.max_pool2d(y, 2)\n            x = y\n"},
    ),
    "what comes in is read behind the loop": (
        (LINEAR, "for layer in self.layers:\n    out = layer(x).tanh()\nreturn out + x.mean(1, keepdim=True)"),
        "2,6",
        {"        for layer": "        out = x\n        for layer", "layer(x)": "layer(out)"},
    ),
    "of two results one goes on": (
        (CELLS, "for cell in self.cells:\n    out, state = cell(x)\nreturn out[:, -1]"),
        "2,7,6",
        {"out, state": "x, state", "return out": "return x"},
    ),
    "a counted loop, and a function between": (
        (
            LINEAR,
            "for at in range(len(self.layers)):\n    h = self.step(at, x)\nreturn h\n",
        ),
        "2,6",
        {"h = self": "x = self", "return h\n": "return x\n"},
    ),
}


def _written(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize("name", UNFED)
def test_a_pass_reads_what_the_one_before_gave(name: str, repaired: Repaired) -> None:
    parts, sample, changes = UNFED[name]
    text = _net(*parts)
    if "self.step" in text:
        text += "\n    def step(self, at, row):\n        return self.layers[at](row)\n"
    report = repaired(text, sample, model="Net()")
    assert report.plan is not None
    assert report.plan.texts[0][1] == _written(text, changes)
    assert report.plan.applicability is Applicability.UNSAFE


def test_branches_that_read_one_input_are_left_as_they_are(repaired: Repaired) -> None:
    text = _net(
        "self.branches = nn.ModuleList([nn.Linear(6, 4), nn.Linear(6, 4), nn.Linear(5, 4)])",
        "parts = []\nfor branch in self.branches:\n    y = branch(x)\n    parts.append(y)\n"
        "return torch.stack(parts).sum(0)",
    )
    report = repaired(text, "2,6", model="Net()")
    assert report.plan is not None
    assert "nn.Linear(6, 4), nn.Linear(6, 4), nn.Linear(6, 4)" in report.plan.texts[0][1]


MOVED = {
    "classes of pixels": (
        "x = nn.Linear(8, 5)(torch.rand(4, 7, 9, 8))\ny = torch.ones(4, 7, 9).long()\n"
        "F.cross_entropy(x.permute(0, 2, 3, 1), y)",
        {"permute(0, 2, 3, 1)": "permute(0, 3, 1, 2)"},
    ),
    "keys of several heads": (
        "fc = nn.Linear(8, 8)\nq, k = fc(torch.rand(2, 4, 9, 8)), torch.rand(2, 4, 7, 8)\n"
        "s = q @ k.permute(0, 2, 1, 3)",
        {"permute(0, 2, 1, 3)": "permute(0, 1, 3, 2)"},
    ),
    "a picture beside maps": (
        "fc = nn.Linear(3, 3)\nx, y = fc(torch.rand(4, 7, 9, 3)), torch.rand(4, 5, 7, 9)\n"
        "z = torch.cat([torch.permute(x, (0, 2, 1, 3)), y], 1)",
        {"(0, 2, 1, 3)": "(0, 3, 1, 2)"},
    ),
}


@pytest.mark.parametrize("name", MOVED)
def test_dimensions_are_moved_in_another_order(name: str, repaired: Repaired) -> None:
    lines, changes = MOVED[name]
    text = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n" + lines + "\n"
    report = repaired(text)
    assert report.ending is RepairEnding.REPAIRED
    assert report.plan is not None
    assert report.plan.texts[0][1] == _written(text, changes)


CUT = {
    "periods of a window": (
        "self.periods = (steps - 1) / skip",
        "x[:, -int(self.periods * self.skip):].reshape(len(x), int(self.periods), self.skip)",
        "(steps - 1) / skip",
    ),
    "a grid of patches": (
        "self.grid = steps / skip\nself.proj = nn.Conv1d(1, 6, skip, skip)\n"
        "self.pos = nn.Parameter(torch.zeros(1, 6, int(self.grid * 2) // 2 + int(self.grid * 2) % 2))",
        "self.proj(x[:, None]) + self.pos",
        "steps / skip",
    ),
    "heads that share a width": (
        "self.part = (steps) / (skip)\nself.fc = nn.Linear(steps, int(self.part * skip))",
        "self.fc(x).view(len(x), self.skip, int(self.part))",
        "(steps) / (skip)",
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_a_fraction_is_left_out_where_it_is_made(name: str, repaired: Repaired) -> None:
    init, result, division = CUT[name]
    text = _net(f"steps, skip = 30, 4\nself.skip = skip\n{init}", f"steps = x.size(1)\nreturn {result}")
    report = repaired(text, "3,30", model="Net()")
    assert report.plan is not None
    assert report.plan.texts[0][1] == _written(text, {division: division.replace("/", "//")})
    assert report.plan.applicability is Applicability.UNSAFE


def test_a_size_that_was_another_for_an_earlier_batch_is_left_open(repaired: Repaired) -> None:
    text = (
        "import torch\nfrom torch import nn\n\nB, T = 4, 5\nrnn = nn.GRU(6, 3, batch_first=True)\n"
        "for rows in torch.rand(50, 6).split(20):\n    rnn(rows.reshape(B, T, 6))\n"
    )
    report = repaired(text)
    assert report.plan is not None
    assert report.plan.texts[0][1] == text.replace("(B, T, 6)", "(-1, T, 6)")


def test_entries_are_picked_with_what_a_squeeze_left(repaired: Repaired) -> None:
    text = (
        "import torch\nfrom torch import nn\n\nfc = nn.Linear(3, 2)\nrows = fc(torch.rand(5, 3))\n"
        "keep = torch.arange(5) == 2\n"
        "print(rows[keep.nonzero().squeeze()].size(1))\n"
    )
    report = repaired(text)
    assert report.plan is not None
    assert report.plan.texts[0][1] == text.replace("squeeze()", "squeeze(1)")


def test_what_cannot_be_written_in_one_function_is_written_in_its_caller(repaired: Repaired) -> None:
    """The function that cuts windows has no maps to pad, so the fix for it edits nothing; that of its caller does."""
    text = _net(
        "self.window, self.fc = 4, nn.Conv2d(3, 3, 1)",
        "B, C, H, W = x.shape\ny = windows(self.fc(x), self.window)\n"
        "return y.permute(0, 1, 2, 4, 3, 5).reshape(B, C, H, W)",
    )
    text = text.replace(
        "class Net",
        "def windows(x, size):\n    b, c = x.shape[:2]\n    high, wide = x.shape[2:]\n"
        "    return x.view(b, c, high // size, size, wide // size, size)\n\n\nclass Net",
    )
    report = repaired(text, "2,3,6,8", model="Net()")
    assert report.plan is not None
    assert "F.pad(x, (0, -W % self.window, 0, -H % self.window))" in report.plan.texts[0][1]
