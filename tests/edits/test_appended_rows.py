"""A row that nothing reads, put to those that are cut by one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

HEADER = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
ADVANTAGES = """def advantages(rewards, values, last_value):
    deltas = rewards + 0.9 * values[1:] - values[:-1]
    return deltas + torch.zeros_like(last_value)
print(advantages(torch.randn(6, 3), torch.randn(6, 3), torch.randn(3)).shape)
"""
HISTOGRAM = """def density(counts, edges, upper):
    widths = edges[1:] - edges[:-1]
    return counts / widths
print(density(torch.rand(10), torch.linspace(0, 0.9, 10), torch.tensor(1.0)))
"""
FRAMES = """conv = nn.Conv2d(6, 2, 3, padding=1)
def error(frames, motion, prev_frame):
    pairs = torch.cat([frames[:, :-1], frames[:, 1:]], dim=2)
    b, t = pairs.shape[:2]
    return conv(pairs.flatten(0, 1)).view(b, t, 2, 8, 8) - motion
print(error(torch.rand(2, 5, 3, 8, 8), torch.rand(2, 5, 2, 8, 8), torch.rand(2, 3, 8, 8)).shape)
"""
READ = ADVANTAGES.replace("torch.zeros_like(last_value)", "last_value")


@pytest.mark.parametrize(
    "program, change",
    [
        pytest.param(
            ADVANTAGES,
            ("    deltas =", "    values = torch.cat([values, last_value.unsqueeze(0)])\n    deltas ="),
            id="the value after the last step",
        ),
        pytest.param(
            HISTOGRAM,
            ("    widths =", "    edges = torch.cat([edges, upper.unsqueeze(0)])\n    widths ="),
            id="the upper end of a histogram",
        ),
        pytest.param(
            FRAMES,
            ("    pairs =", "    frames = torch.cat([prev_frame.unsqueeze(1), frames], dim=1)\n    pairs ="),
            id="the frame before the first",
        ),
    ],
)
def test_row_that_waits_is_put_to_the_others(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)


def test_row_that_is_read_is_left(repaired: Callable[..., Report]) -> None:
    report = repaired(HEADER + READ)
    assert report.plan is None or "torch.cat" not in report.plan.texts[0][1]
