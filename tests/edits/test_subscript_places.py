"""Entries of a subscript that stand for other dimensions than they are meant for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
