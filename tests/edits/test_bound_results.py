"""Results that were laid out anew and then left alone: in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn

"""
CASES = {
    "what a recording was flattened to, which is read": (
        """torch.manual_seed(0)
conv = nn.Conv1d(4, 8, 3, padding=1)
fc = nn.Linear(8 * 12, 2)
for x in torch.randn(4, 6, 4, 12):
    h = conv(x).relu()
    hh = torch.flatten(h, 1)
    print(fc(h).shape)
""",
        ("fc(h)", "fc(hh)"),
    ),
    "boards that were flattened and converted": (
        """torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(24, 16), nn.Tanh(), nn.Linear(16, 3))
opt = torch.optim.SGD(policy.parameters(), lr=0.1)
for step in range(3):
    boards = torch.rand(8, 2, 3, 4)
    actions = torch.randint(0, 3, (8,))
    state = boards.reshape(len(boards), -1).float()
    loss = nn.functional.cross_entropy(policy(boards), actions)
    opt.zero_grad(); loss.backward(); opt.step()
    print(loss.item())
""",
        ("policy(boards)", "policy(state)"),
    ),
    "a name that is a slip": (
        """fc = nn.Linear(2 * 6 * 6, 4)
with torch.no_grad():
    for pictures in torch.rand(12, 2, 6, 6).split(4):
        picturs = pictures.view(1, -1)
        print(fc(pictures).shape)
""",
        ("picturs = pictures.view(1, -1)", "pictures = pictures.flatten(1)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES.keys())
def test_a_result_that_nothing_reads_is_taken(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
