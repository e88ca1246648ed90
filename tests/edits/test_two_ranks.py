"""Values that come to one line with two ranks, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "actions that are torques or numbers": (
        """critic = nn.Linear(5, 1)


def value(states, actions):
    return critic(torch.cat([states, actions], 1))


print(value(torch.randn(6, 4), torch.randn(6, 1)))
print(value(torch.randn(6, 4), torch.rand(6)))
""",
        ("    return critic", "    if actions.dim() == 1:\n        actions = actions.unsqueeze(1)\n    return critic"),
    ),
    "pictures alone and in batches": (
        """net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


def scores(image):
    image = image.unsqueeze(0)
    return net(image).mean((2, 3))


print(scores(torch.rand(3, 8, 8)))
print(scores(torch.rand(5, 3, 8, 8)))
""",
        (
            "    image = image.unsqueeze(0)",
            "    if image.dim() == 3:\n        image = image.unsqueeze(0)",
        ),
    ),
    "sounds of one and of two channels": (
        """net = nn.Conv1d(1, 4, 5)


def features(sound):
    return net(sound.unsqueeze(1)).mean(2)


print(features(torch.rand(2, 50)))
print(features(torch.rand(2, 1, 50)))
""",
        (
            "    return net(sound.unsqueeze(1))",
            "    if sound.dim() == 2:\n        sound = sound.unsqueeze(1)\n    return net(sound)",
        ),
    ),
    "one time for all and one for each": (
        """net = nn.Linear(3, 2)


def moved(points, times):
    points = net(torch.cat([points, times], dim=-1))
    return points.sum(1)


print(moved(torch.rand(4, 7, 2), torch.rand(4, 7, 1)))
print(moved(torch.rand(4, 7, 2), torch.rand(4, 7)))
""",
        ("    points = net", "    if times.dim() == 2:\n        times = times.unsqueeze(2)\n    points = net"),
    ),
    "a picture without boxes": (
        """def boxes_of(trees):
    return torch.tensor([[x, y, x + 2, y + 2] for x, y in trees], dtype=torch.float)


for trees in ([(1.0, 2.0), (3.0, 4.0)], [(5.0, 6.0)], []):
    boxes = boxes_of(trees)
    print((boxes[:, 2] - boxes[:, 0]).sum())
""",
        ("dtype=torch.float)", "dtype=torch.float).reshape(-1, 4)"),
    ),
    "a molecule without bonds": (
        """layer = nn.Linear(3, 2)
for bonds in ([[0.0, 1.0, 1.5], [1.0, 2.0, 1.0]], []):
    table = torch.tensor(bonds)
    print(layer(table).sum(0))
""",
        ("torch.tensor(bonds)", "torch.tensor(bonds).reshape(-1, 3)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_a_line_that_takes_both_ranks(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
