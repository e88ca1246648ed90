"""Two arguments in each other's place: options with which a layer cannot run, tensors of a call, neighbours of many."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
CASES = {
    "a step of nothing": (
        "net = nn.Sequential(nn.Conv2d(3, 8, 3, 0, 1), nn.Flatten(), nn.Linear(8 * 4 * 4, 2))\n"
        "print(net(torch.randn(2, 3, 6, 6)).shape)\n",
        ("3, 0, 1", "3, 1, 0"),
    ),
    "a dilation of nothing": (
        "conv = nn.Conv1d(4, 4, 5, 1, 1, 0)\nprint(conv(torch.randn(2, 4, 16)).shape)\n",
        ("5, 1, 1, 0", "5, 1, 0, 1"),
    ),
    "the state of a cell": (
        "cell = nn.GRUCell(3, 8)\nstate = torch.zeros(4, 8)\n"
        "for step in torch.randn(6, 4, 3):\n    state = cell(state, step)\nprint(state.shape)\n",
        ("cell(state, step)", "cell(step, state)"),
    ),
    "a table before its indices": (
        "table = torch.randn(40, 8)\nwords = torch.randint(0, 40, (2, 5))\nprint(F.embedding(table, words).shape)\n",
        ("F.embedding(table, words)", "F.embedding(words, table)"),
    ),
    "the sizes of a table that is written into": (
        "most, width = 30, 8\ntable = torch.zeros(width, most).float()\n"
        "places = torch.arange(most).float().unsqueeze(1) * torch.rand(width // 2)\n"
        "table[:, 0::2] = places.sin()\ntable[:, 1::2] = places.cos()\nprint(table[:5] + torch.randn(2, 5, width))\n",
        ("torch.zeros(width, most)", "torch.zeros(most, width)"),
    ),
    "neighbours among many": (
        "class Unit(nn.Module):\n    def __init__(self, width, kernel, stride):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(width, (kernel, 1), width, (stride, 1), (kernel // 2, 0))\n\n"
        "    def forward(self, x):\n        return self.conv(x) + x\n\n"
        "print(Unit(4, 3, 1)(torch.randn(2, 4, 9, 5)).shape)\n",
        ("width, (kernel, 1), width, (stride", "width, width, (kernel, 1), (stride"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_arguments_are_exchanged(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])


def test_what_is_passed_beside_is_not_written_twice_and_called_safe(repaired: Callable[..., Report]) -> None:
    """Both run; which one is meant the sizes do not tell."""
    text = """class Block(nn.Module):
    def __init__(self, wide, middle, out):
        super().__init__()
        self.first, self.second = nn.Conv2d(wide, middle, 3, padding=1), nn.Conv2d(middle, out, 3, padding=1)

    def forward(self, x):
        return self.second(self.first(x))


class Net(nn.Module):
    def __init__(self, widths=(4, 6)):
        super().__init__()
        self.stem = nn.Conv2d(3, 14, 1)
        self.block = Block(widths[0], widths[0] * 2 + widths[1], widths[0])

    def forward(self, x):
        return self.block(self.stem(x))
"""
    report = repaired(HEADER + text, "2,3,8,8", model="Net()")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    shown = [text for plan in (report.plan, *report.alternatives) for _, text in plan.texts]
    assert any("Block(widths[0] * 2 + widths[1], widths[0], widths[0])" in after for after in shown)
