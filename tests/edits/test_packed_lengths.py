"""Sequences that are padded to the longest of a batch, beside what is as long as all were; and an equation of an einsum
for an operand that has a dimension more.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = (
    "import torch\nfrom torch import nn\nfrom torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence\n\n"
)
PACKED = """gru, score = nn.GRU(6, 5, batch_first=True), nn.Linear({width}, 1)


def read(x, lengths):
    count = x.size(0)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(gru(packed)[0], batch_first=True)
    {end}.view(count, -1)


print(read(torch.randn(3, 9, 6), torch.tensor([4, 7, 2])).shape)
"""
LENGTH = ("[0], batch_first=True)", "[0], batch_first=True, total_length=x.size(1))")
CASES = {
    "beside their inputs": (
        PACKED.format(width=11, end="return score(torch.cat([x, states], dim=-1))"),
        LENGTH,
    ),
    "under a mask": (
        PACKED.format(
            width=5,
            end="mask = torch.arange(x.size(1)) < lengths.unsqueeze(1)\n"
            "    return score(states).squeeze(-1).masked_fill(~mask, -1e9).softmax(1)",
        ),
        LENGTH,
    ),
    "steps first in a collate function": (
        """from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


def collate(batch):
    words, levels = zip(*batch)
    return pad_sequence(words), torch.tensor(levels)


embed, head = nn.Embedding(9, 6), nn.Linear(6, 3)
tickets = [(torch.randint(1, 9, (4 + index % 3,)), index % 3) for index in range(8)]
for words, levels in DataLoader(tickets, batch_size=4, collate_fn=collate):
    nn.functional.cross_entropy(head(embed(words).mean(dim=1)), levels).backward()
""",
        ("pad_sequence(words)", "pad_sequence(words, batch_first=True)"),
    ),
    "several answers for each question": (
        """weight = torch.randn(6, 5)


def scores(question, answers):
    return torch.einsum("bq,qa,ba->b", question, weight, answers).softmax(-1)


print(scores(torch.randn(4, 6), torch.randn(4, 3, 5)).shape)
""",
        ('"bq,qa,ba->b"', '"bq,qa,bna->bn"'),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lengths_and_letters(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
