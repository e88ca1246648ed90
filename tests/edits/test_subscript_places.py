"""Entries of a subscript that stand for other dimensions than they are meant for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

CheckChange = Callable[[str, str, tuple[str, str]], None]
HEADER = "import torch\n\ntorch.manual_seed(0)\n"
MASKS: dict[str, tuple[str, tuple[str, str]]] = {
    "nodes that are left out, of rows": (
        """
features, kept = torch.randn(9, 4), torch.arange(9) % 2 == 0
print(features[:, kept].sum(0).shape)
""",
        ("features[:, kept]", "features[kept]"),
    ),
    "a hole in pictures": (
        """
maps, hole = torch.rand(2, 3, 8, 7), torch.zeros(8, 7, dtype=torch.bool)
hole[2:4, 3:5] = True
maps[:, hole] = 0.0
print(maps.mean())
""",
        ("maps[:, hole]", "maps[:, :, hole]"),
    ),
    "days that were traded": (
        """
prices = torch.rand(3, 5, 20)
traded = torch.arange(20) % 7 < 5
print(prices[traded].mean(dim=-1).shape)
""",
        ("prices[traded]", "prices[:, :, traded]"),
    ),
}
CUTS: dict[str, tuple[str, tuple[str, str]]] = {
    "positions that no batch stands before": (
        """
table = torch.randn(20, 6)

def placed(x):
    b, n, _ = x.shape
    return x + table[:, : n + 1][:, :n] if n > 20 else x + table[:, :n]

print(placed(torch.randn(2, 5, 6)).shape)
""",
        ("else x + table[:, :n]", "else x + table[:n]"),
    ),
    "the last days of all shares": (
        """
prices, weights = torch.rand(4, 30), torch.rand(4, 7)
print((prices[-7:] * weights).sum(1))
""",
        ("prices[-7:]", "prices[:, -7:]"),
    ),
    "frames of a spectrogram, by its length": (
        """
def masked(spectrum, frames):
    return spectrum[:, :frames] * torch.hann_window(frames)

print(masked(torch.rand(2, 40, 100), 60).shape)
""",
        ("spectrum[:, :frames]", "spectrum[:, :, :frames]"),
    ),
}
ONES: dict[str, tuple[str, tuple[str, str]]] = {
    "forces of a spring pendulum": (
        """
from torch.func import grad, vmap


def energy(state):
    length, angle = state[:, 0], state[:, 1]
    return (length - 1) ** 2 - length * torch.cos(angle)


states = torch.rand(6, 2)
print(vmap(grad(energy))(states).shape, energy(states).shape)
""",
        ("length, angle = state[:, 0], state[:, 1]", "length, angle = state[..., 0], state[..., 1]"),
    ),
    "what a path pays": (
        """
from torch.func import vmap


def payoff(path, strike):
    return torch.relu(path[:, -1] - strike)


print(vmap(payoff, in_dims=(0, None))(torch.rand(8, 12), 0.5).mean())
""",
        ("path[:, -1]", "path[..., -1]"),
    ),
    "a picture beside a batch of them": (
        """
def grey(colours):
    return 0.3 * colours[:, 0] + 0.7 * colours[:, 1]


pixels = torch.rand(5, 3)
print(grey(pixels).mean(), grey(pixels[0]))
""",
        ("0.3 * colours[:, 0] + 0.7 * colours[:, 1]", "0.3 * colours[..., 0] + 0.7 * colours[..., 1]"),
    ),
}


@pytest.mark.parametrize("program, change", MASKS.values(), ids=MASKS)
def test_a_mask_stands_where_the_tensor_is_as_long(
    program: str, change: tuple[str, str], check_change: CheckChange
) -> None:
    check_change(HEADER, program, change)


@pytest.mark.parametrize("program, change", ONES.values(), ids=ONES)
def test_dimensions_of_one_are_counted_from_the_end(
    program: str, change: tuple[str, str], check_change: CheckChange
) -> None:
    check_change(HEADER, program, change)


@pytest.mark.parametrize("program, change", CUTS.values(), ids=CUTS)
def test_a_cut_is_made_in_another_dimension(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)


def test_an_axis_beside_a_cut_in_another_dimension_is_not_safe(repaired: Callable[..., Report]) -> None:
    """The window has as many entries as what was cut, which may be the wrong dimension."""
    text = """
def masked(spectrum, frames):
    return spectrum[:, :frames] * torch.hann_window(frames)

print(masked(torch.rand(2, 40, 100), 25).shape)
"""
    plan = repaired(HEADER + text).plan
    assert plan is not None
    assert plan.applicability is Applicability.UNSAFE
