"""A size that is a product with a fraction, wherever that is written, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "a ratio that a caller passes on": (
        """def mixer(width, hidden):
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))


def blocks(width, ratio=0.5):
    return nn.Sequential(mixer(width, ratio * width), nn.LayerNorm(width))


print(blocks(8)(torch.randn(2, 8)).shape)
""",
        ("ratio * width)", "int(ratio * width))"),
    ),
    "widths in a list": (
        """def stages(widen=1.0):
    widths = [16, 32]
    widths = [width * widen for width in widths]
    return nn.Sequential(nn.Conv2d(3, widths[0], 3), nn.Conv2d(widths[0], widths[1], 3))


print(stages(0.25)(torch.randn(2, 3, 8, 8)).shape)
""",
        ("[width * widen for", "[int(width * widen) for"),
    ),
    "a share of the steps": (
        """class Keep(nn.Module):
    def __init__(self, steps, share=0.75):
        super().__init__()
        self.count = steps * share
        self.rows = nn.Parameter(torch.zeros(self.count, 4))

    def forward(self, x):
        return x[:, : self.rows.shape[0]] + self.rows

print(Keep(8)(torch.randn(2, 8, 4)).shape)
""",
        ("steps * share", "int(steps * share)"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_product_is_cut(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])


def test_a_padding_that_makes_sequences_longer(check_change: CheckChange) -> None:
    program = """conv = nn.Conv1d(3, 8, 3, padding=2, padding_mode="circular")


def embed(x, places):
    return conv(x.transpose(1, 2)).transpose(1, 2) + places[: x.size(1)]


print(embed(torch.randn(2, 16, 3), torch.zeros(50, 8)).shape)
"""
    check_change(HEADER, program, ("padding=2", "padding=1"))
