"""States that a class of the project makes for its recurrent layer, with the samples along the axis that it chose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

"""
CASES = {
    "the check of a class made of torch's, which says no operation": (
        """class Words(nn.LSTM):
    def forward(self, x, hx=None):
        if hx is None:
            count = x.size(0)
            zeros = x.new_zeros(self.num_layers, count, self.hidden_size)
            hx = zeros, zeros
        self.check_forward_args(x, hx, None)
        return torch._VF.lstm(
            x, hx, self._flat_weights, self.bias, self.num_layers, 0.0, self.training, False, self.batch_first
        )[0]


print(Words(5, 7, 2)(torch.randn(12, 4, 5)).shape)
""",
        ("x.size(0)", "x.size(0) if self.batch_first else x.size(1)"),
    ),
    "the forward of the class above": (
        """class Prices(nn.GRU):
    def forward(self, series, h=None):
        if h is None:
            h = torch.zeros(self.num_layers, series.shape[0], self.hidden_size)
        return super().forward(series, h)


print(Prices(3, 6)(torch.randn(9, 4, 3))[0].shape)
""",
        ("series.shape[0]", "series.shape[0] if self.batch_first else series.shape[1]"),
    ),
    "a packed sequence, and a state of another method": (
        """class Speech(nn.Module):
    def __init__(self, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        self.rnn = nn.GRU(6, 9, 2, batch_first=batch_first)

    def start(self, x):
        speakers = x.size(0)
        return x.new_zeros(self.rnn.num_layers, speakers, self.rnn.hidden_size)

    def forward(self, x, lengths):
        state = self.start(x)
        packed = pack_padded_sequence(x, lengths, batch_first=self.batch_first)
        return self.rnn(packed, state)[1]


print(Speech()(torch.randn(11, 4, 6), torch.tensor([11, 6, 5, 4])).shape)
""",
        ("speakers = x.size(0)", "speakers = x.size(0) if self.batch_first else x.size(1)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_samples_along_the_axis_that_was_chosen(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEADER, program, change)
