"""Padding masks laid the other way round than their layer, or a layer than its sequences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

"""
CASES = {
    "steps that are averaged over dimension 0": (
        """class Events(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.attn = nn.MultiheadAttention(d, 2)
        self.out = nn.Linear(d, 3)

    def forward(self, x):
        empty = x.abs().sum(-1) == 0
        seen, _ = self.attn(x, x, x, key_padding_mask=empty)
        return self.out(seen.mean(dim=0))

if __name__ == "__main__":
    torch.manual_seed(0)
    print(Events()(torch.randn(7, 4, 8)).shape)
""",
        ("mask=empty", "mask=empty.transpose(0, 1)"),
    ),
    "recordings that are padded with their steps first": (
        """torch.manual_seed(0)
frames = [torch.randn(n, 6) for n in (9, 4, 7, 5)]
x = pad_sequence(frames)
mask = (x == 0).all(-1)
layer = nn.TransformerEncoderLayer(6, 2, 12)
out = layer(x, src_key_padding_mask=mask)
print(out.shape)
""",
        ("mask=mask", "mask=mask.transpose(0, 1)"),
    ),
    "recordings that are padded with their number first": (
        """torch.manual_seed(0)
frames = [torch.randn(n, 6) for n in (9, 4, 7, 5)]
x = pad_sequence(frames, batch_first=True)
mask = (x == 0).all(-1)
layer = nn.TransformerEncoderLayer(6, 2, 12)
out = layer(x, src_key_padding_mask=mask)
print(out.mean(1).shape)
""",
        ("2, 12)", "2, 12, batch_first=True)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES.keys())
def test_the_code_around_tells_which_is_meant(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)
