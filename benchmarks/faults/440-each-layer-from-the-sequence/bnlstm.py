"""A recurrent network of several layers, with or without normalisation inside of the cells."""
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size, max_length=None):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.randn(input_size, 4 * hidden_size) * 0.2)
        self.weight_hh = nn.Parameter(torch.randn(hidden_size, 4 * hidden_size) * 0.2)
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))

    def gates(self, input_, h, time):
        return input_ @ self.weight_ih + h @ self.weight_hh + self.bias

    def forward(self, input_, hx, time):
        h_0, c_0 = hx
        f, i, o, g = self.gates(input_, h_0, time).chunk(4, dim=1)
        c_1 = torch.sigmoid(f) * c_0 + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c_1), c_1


class BNLSTMCell(LSTMCell):
    """Each step of time has statistics of its own, up to ``max_length``."""

    def __init__(self, input_size, hidden_size, max_length):
        super().__init__(input_size, hidden_size)
        self.max_length = max_length
        self.bn_ih = nn.ModuleList(nn.BatchNorm1d(4 * hidden_size) for _ in range(max_length))
        self.bn_hh = nn.ModuleList(nn.BatchNorm1d(4 * hidden_size) for _ in range(max_length))

    def gates(self, input_, h, time):
        time = min(time, self.max_length - 1)
        return self.bn_ih[time](input_ @ self.weight_ih) + self.bn_hh[time](h @ self.weight_hh) + self.bias


class LSTM(nn.Module):
    """Input and output are (time, batch, width)."""

    def __init__(self, cell_class, input_size, hidden_size, num_layers=1, dropout=0.0, **kwargs):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.dropout_layer = nn.Dropout(dropout)
        for layer in range(num_layers):
            layer_input_size = input_size if layer == 0 else hidden_size
            setattr(self, f"cell_{layer}", cell_class(layer_input_size, hidden_size, **kwargs))

    def get_cell(self, layer):
        return getattr(self, f"cell_{layer}")

    @staticmethod
    def _forward_rnn(cell, input_, hx):
        output = []
        for time in range(input_.size(0)):
            hx = cell(input_[time], hx, time)
            output.append(hx[0])
        return torch.stack(output), hx

    def forward(self, input_, hx=None):
        if hx is None:
            zeros = input_.new_zeros(input_.size(1), self.hidden_size)
            hx = (zeros, zeros)
        h_n, c_n = [], []
        for layer in range(self.num_layers):
            layer_output, (layer_h_n, layer_c_n) = self._forward_rnn(self.get_cell(layer), input_, hx)
            layer_output = self.dropout_layer(layer_output)
            h_n.append(layer_h_n)
            c_n.append(layer_c_n)
        return layer_output, (torch.stack(h_n), torch.stack(c_n))
