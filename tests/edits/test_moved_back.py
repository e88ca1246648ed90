"""Dimensions that were moved for a layer and not moved back before they meet what was not, and heads that were taken
apart and not moved before their steps, in programs of several fields.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "frames beside their skip": (
        """norm, conv = nn.LayerNorm(12), nn.Conv1d(12, 12, 5, padding=2)


def block(x):
    y = norm(x)
    y = torch.relu(conv(y.transpose(1, 2)))
    return x + y


print(block(torch.randn(3, 7, 12)).shape)
""",
        ("return x + y", "return x + y.transpose(1, 2)"),
    ),
    "channels that were last for a norm": (
        """depth, norm = nn.Conv2d(6, 6, 7, padding=3, groups=6), nn.LayerNorm(6)
up, down = nn.Linear(6, 24), nn.Linear(24, 6)


def block(x):
    shortcut = x
    x = depth(x)
    x = x.permute(0, 2, 3, 1)
    x = down(torch.relu(up(norm(x))))
    return shortcut + x


print(block(torch.randn(2, 6, 8, 10)).shape)
""",
        ("return shortcut + x", "return shortcut + x.permute(0, 3, 1, 2)"),
    ),
    "a part of what was moved": (
        """forecast = nn.Linear(24, 6)


def ahead(x):
    last = x[:, -1:, :]
    x = forecast((x - last).permute(0, 2, 1))
    return x + last


print(ahead(torch.randn(4, 24, 3)).shape)
""",
        ("return x + last", "return x.permute(0, 2, 1) + last"),
    ),
    "what is read twice, where it comes from": (
        """pool = nn.AvgPool1d(3, stride=1, padding=1)


def trend(x):
    return pool(x.transpose(1, 2))


def split(x):
    smooth = trend(x)
    return x - smooth, smooth


print([part.shape for part in split(torch.randn(2, 12, 5))])
""",
        ("return pool(x.transpose(1, 2))", "return pool(x.transpose(1, 2)).transpose(1, 2)"),
    ),
    "heads of queries, keys and values": (
        """project, out = nn.Linear(16, 48), nn.Linear(16, 16)


def split(tensor):
    batch, length, width = tensor.size()
    return tensor.view(batch, length, 4, width // 4)


def join(tensor):
    batch, heads, length, width = tensor.size()
    return tensor.transpose(1, 2).contiguous().view(batch, length, heads * width)


def attend(x):
    q, k, v = (split(part) for part in project(x).chunk(3, dim=-1))
    weights = (q @ k.transpose(2, 3)).softmax(-1)
    return out(join(weights @ v))


print(attend(torch.randn(2, 6, 16)).shape)
""",
        ("tensor.view(batch, length, 4, width // 4)", "tensor.view(batch, length, 4, width // 4).transpose(1, 2)"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_dimensions_are_moved_back(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])


def test_what_meets_its_own_products_is_left_alone(repaired: Callable[..., Report]) -> None:
    text = "x = torch.randn(2, 9, 5)\nprint((x @ (x.transpose(1, 2) @ x).softmax(-1)).shape)\n"
    assert repaired(HEADER + text).ending is RepairEnding.HEALTHY
