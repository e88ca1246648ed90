"""LSTM with layer normalisation inside the cell; a drop-in for nn.LSTM (one direction)."""
import torch
import torch.nn as nn


class LNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(LNCell, self).__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size, 4 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.ln = nn.LayerNorm(4 * hidden_size)
        self.ln_c = nn.LayerNorm(hidden_size)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = self.ln(self.i2h(x) + self.h2h(h)).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * self.ln_c(c).tanh()
        return h, c


class LayerNormLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False):
        super(LayerNormLSTM, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.batch_first = batch_first
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList([LNCell(s, hidden_size) for s in sizes])

    def layer_forward(self, cell, x, h, c):
        if self.batch_first:
            x = x.permute(1, 0, 2)
        ys = []
        for t in range(x.size(0)):
            h, c = cell(x[t], (h, c))
            ys.append(h)
        y = torch.stack(ys, 0)
        return y, h, c

    def forward(self, x, hidden=None):
        n = x.size(0) if self.batch_first else x.size(1)
        if hidden is None:
            zero = x.new_zeros(self.num_layers, n, self.hidden_size)
            hidden = (zero, zero)
        hs, cs = [], []
        for k, cell in enumerate(self.cells):
            x, h, c = self.layer_forward(cell, x, hidden[0][k], hidden[1][k])
            hs.append(h)
            cs.append(c)
        if self.batch_first:
            x = x.permute(1, 0, 2)
        return x, (torch.stack(hs), torch.stack(cs))
