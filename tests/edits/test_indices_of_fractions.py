"""Tensors of fractions between brackets, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "actions that were stored beside rewards": (
        """net = nn.Linear(4, 3)
replay = [(torch.randn(4), float(step % 3), 0.1 * step) for step in range(6)]


def values(net, states, actions):
    return net(states)[torch.arange(len(states)), actions]


states = torch.stack([state for state, _, _ in replay])
actions = torch.tensor([action for _, action, _ in replay])
print(values(net, states, actions).mean())
""",
        ("for _, action, _ in replay])", "for _, action, _ in replay], dtype=torch.long)"),
    ),
    "ends of edges, read twice": (
        """lin = nn.Linear(5, 5)


def spread(nodes, source, target):
    out = torch.zeros_like(nodes)
    out[target] = lin(nodes[source])
    return out + nodes[target].sum()


table = [[0, 1, 0.5], [2, 3, 0.25], [1, 0, 0.125]]
source, target, weight = torch.tensor(table).unbind(1)
print(spread(torch.randn(4, 5), source.long(), target).shape)
""",
        ("source.long(), target)", "source.long(), target.long())"),
    ),
    "columns that are picked by a rounded place": (
        """def crop(image, middle):
    at = torch.round(middle)
    left, right = image[:, at], image[:, at - 1]
    return left - right


print(crop(torch.randn(3, 9), torch.tensor([2.2, 4.7])).shape)
""",
        ("torch.round(middle)", "torch.round(middle).long()"),
    ),
}
HEALTHY = """rows = torch.tensor([[0.0, 0.5], [2.0, 0.25]])
places = rows[:, 0]
table = torch.randn(3, 2)
print((table[places.long()] * places[:, None]).sum())
"""


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES.keys())
def test_places_are_whole_numbers(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)


def test_what_picks_by_whole_numbers_is_left_alone(repaired: Callable[..., Report]) -> None:
    assert repaired(HEADER + HEALTHY).ending is RepairEnding.HEALTHY


def test_the_message_has_the_type_of_the_index(repaired: Callable[..., Report]) -> None:
    report = repaired(HEADER + "print(torch.randn(3, 2)[:, torch.tensor([1.0])])\n")
    assert (
        report.diagnostics[0].finding.message
        == "`getitem` takes whole numbers as indices but receives an index of float32"
    )
