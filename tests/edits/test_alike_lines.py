"""Lines of two functions that bind the same, of which one lacks what the other cuts or picks; in several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "from types import SimpleNamespace\n\nimport torch\nfrom torch import nn\n\n"
CASES = {
    "states of one direction": (
        """reader, gru = nn.GRU(4, 4, 2, bidirectional=True), nn.GRU(4, 4, 2)


def train(states, layers, x):
    state = states[:layers]
    return gru(x, state)[0]


def tell(states, layers, x):
    state = states
    return gru(x, state)[0]


x = torch.randn(5, 1, 4)
_, states = reader(x)
print(train(states, 2, x).shape, tell(states, 2, x).shape)
""",
        ("    state = states\n", "    state = states[:layers]\n"),
    ),
    "a part of the output": (
        """embedding, head = nn.Embedding(20, 8), nn.Linear(8, 3)


def encoded(ids):
    return SimpleNamespace(steps=embedding(ids), pooled=embedding(ids).mean(1))


def train(ids):
    states = encoded(ids).pooled
    return head(states)


def tell(ids):
    states = encoded(ids)
    return head(states).argmax(-1)


ids = torch.randint(0, 20, (4, 6))
print(train(ids).shape, tell(ids).shape)
""",
        ("    states = encoded(ids)\n", "    states = encoded(ids).pooled\n"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_part_of_a_line_elsewhere(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
