"""How a place is cut that is longer than the value written into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

HEADER = "import torch\nfrom torch import nn\n\n"
PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "the lower half of a spectrum is silenced": (
        """
def silenced(spectrum, low):
    quiet = spectrum.clone()
    quiet[:, :, :] = torch.zeros_like(quiet[:, :low, :])
    return quiet


print(silenced(torch.rand(2, 12, 30), 5).sum().item() > 0)
""",
        ("quiet[:, :, :] =", "quiet[:, :low, :] ="),
    ),
    "the last rows of a picture are turned round": (
        """
class Turned(nn.Module):
    def forward(self, picture, rows):
        out = picture.clone()
        turned = out[:, :, -rows:].flip(3)
        out[:, :, :] = turned
        return out


print(Turned()(torch.rand(2, 3, 8, 8), 3).shape)
""",
        ("out[:, :, :] =", "out[:, :, -rows:] ="),
    ),
    "actions that are not allowed": (
        """
def masked(scores, first):
    low = scores.clone()
    batch = scores.shape[0]
    low[:, :] = torch.full((batch, first), -9.0)
    return low.softmax(-1)


print(masked(torch.rand(4, 7), 3).shape)
""",
        ("low[:, :] =", "low[:, :first] ="),
    ),
}
HEALTHY = """
def filled(rows, k):
    out = rows.clone()
    out[:, :] = rows[:, :k]
    return out


print(filled(torch.rand(4, 7), 1).shape)
"""


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_the_place_takes_the_slice_or_the_size_of_its_value(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)


def test_what_is_spread_over_its_place_stays(repaired: Callable[..., Report]) -> None:
    assert repaired(HEADER + HEALTHY).ending is RepairEnding.HEALTHY
