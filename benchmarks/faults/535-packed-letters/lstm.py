"""An LSTM written out, whose gates are hard sigmoids; reads packed sequences."""
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence


def hard_sigmoid(x):
    return (0.2 * x + 0.5).clamp(0, 1)


class LSTMHardSigmoid(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.ih, self.hh = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)

    def cell(self, x, h, c):
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = hard_sigmoid(f) * c + hard_sigmoid(i) * torch.tanh(g)
        return hard_sigmoid(o) * torch.tanh(c), c

    def forward(self, input, hx=None):
        """A packed batch; returns the packed outputs and the last states, in the order of the batch."""
        is_packed = isinstance(input, PackedSequence)
        if not is_packed:
            raise TypeError("only packed sequences are read")
        input, batch_sizes = input
        most = int(batch_sizes[0])
        if hx is None:
            hx = (input.new_zeros(most, self.hidden_size),) * 2
        h, c = hx
        outputs, ended, start = [], [], 0
        for size in batch_sizes.tolist():
            if size < len(h):
                ended.append((h[size:], c[size:]))
                h, c = h[:size], c[:size]
            h, c = self.cell(input[start:start + size], h, c)
            outputs.append(h)
            start += size
        ended.append((h, c))
        last = tuple(torch.cat(states[::-1]) for states in zip(*ended))
        return PackedSequence(torch.cat(outputs), batch_sizes), last
