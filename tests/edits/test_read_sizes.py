"""Sizes that a call was passed and that were read off a tensor follow where another shape is tried for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
SHUFFLE = """def shuffle(x, groups):
    batch, channels, height, width = x.data.size()
    part = channels // groups
    x = x.view(batch, groups, part, height, width)
    x = x.transpose(1, 2).contiguous()
    return x.view(batch, channels, height, width)


"""
CASES = {
    "a join before a shuffle and a cut": (
        SHUFFLE
        + """left, right = nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(3, 5, 3, padding=1)
behind = nn.Conv2d(5, 4, 1)


def stage(x):
    x = shuffle(torch.cat([left(x), right(x)], 0), 2)
    return behind(x[:, : x.shape[1] // 2])


print(stage(torch.randn(2, 3, 8, 8)).shape)
""",
        ("right(x)], 0)", "right(x)], 1)"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_sizes_follow(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
