"""Rows of a subscript that were picked beside columns, or values, that were not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\n\n"
CASES = {
    "the class of each place that overlaps": (
        """good = torch.tensor([True, False, True, True, False])
classes = torch.tensor([0, 2, 1, 0, 1])
places = torch.arange(5)[good]
scores = torch.zeros(5, 3)
scores[places, classes] = 1.0
print(scores.sum())
""",
        ("places, classes] =", "places, classes[good]] ="),
    ),
    "words that are hidden": (
        """def loss(scores, words, hidden):
    where = torch.arange(len(words))
    where = where[hidden]
    return -scores[where, words].mean()


print(loss(torch.rand(6, 9), torch.arange(6), torch.tensor([True, False, False, True, False, True])))
""",
        ("[where, words]", "[where, words[hidden]]"),
    ),
    "guesses for what is missing": (
        """series = torch.tensor([1.0, float("nan"), 3.0, float("nan")])
missing, guesses = torch.isnan(series), torch.rand(4)
series[missing] = guesses
print(series.sum())
""",
        ("series[missing] = guesses", "series[missing] = guesses[missing]"),
    ),
    "some of those that ended": (
        """ended = torch.tensor([True, False, True, True, False])
column = torch.tensor([2, 0, 1])
even = column % 2 == 0
rows = ended.clone()
rows[ended] = even
table = torch.zeros(5, 3)
table[rows, column] = 1.0
print(table.sum())
""",
        ("[rows, column]", "[rows, column[even]]"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_the_part_beside_it_is_picked_too(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
