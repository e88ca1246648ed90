"""Bags that were filled up to one length and come with offsets: they are joined, or the offsets are left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = """import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(0)
"""
PROGRAMS: dict[str, tuple[str, tuple[str, str]]] = {
    "words of texts": (
        """

def batch(texts):
    rows = [torch.tensor(text) for text in texts]
    starts = torch.tensor([0] + [len(row) for row in rows[:-1]]).cumsum(dim=0)
    return pad_sequence(rows, True), starts


bag = nn.EmbeddingBag(10, 6, mode="sum")
print(bag(*batch([[4, 8, 1], [3, 3, 9, 2, 7], [5]])).shape)
""",
        ("pad_sequence(rows, True)", "torch.cat(rows)"),
    ),
    "atoms of molecules, with the last bound": (
        """

def mass(net, molecules):
    sizes = torch.tensor([len(atoms) for atoms in molecules])
    bounds = torch.cat([torch.zeros(1, dtype=torch.long), sizes.cumsum(0)])
    packed = pad_sequence(molecules, batch_first=True)
    return net(packed, bounds).squeeze(1)


molecules = [torch.randint(1, 9, (n,)) for n in (3, 6, 2)]
print(mass(nn.EmbeddingBag(9, 1, include_last_offset=True), molecules))
""",
        ("pad_sequence(molecules, batch_first=True)", "torch.cat(molecules)"),
    ),
    "baskets of as many goods": (
        """
baskets, offsets = torch.randint(0, 50, (8, 5)), torch.arange(8)
print(nn.EmbeddingBag(50, 4)(baskets, offsets).shape)
""",
        ("(baskets, offsets).shape", "(baskets).shape"),
    ),
}


@pytest.mark.parametrize("program, change", PROGRAMS.values(), ids=PROGRAMS)
def test_bags_are_joined_as_their_offsets_count(
    program: str, change: tuple[str, str], check_change: Callable[[str, str, tuple[str, str]], None]
) -> None:
    check_change(HEADER, program, change)
