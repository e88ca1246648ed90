"""Density of tabular measurements with a stack of affine couplings (RealNVP)."""
import math

import torch
from torch import nn


def perceptron(n_in, n_hidden, n_out):
    return nn.Sequential(
        nn.Linear(n_in, n_hidden), nn.Tanh(),
        nn.Linear(n_hidden, n_hidden), nn.Tanh(),
        nn.Linear(n_hidden, n_out),
    )


class AffineCoupling(nn.Module):
    """Leaves the first part of the features alone, shifts and scales the second."""

    def __init__(self, features, hidden):
        super().__init__()
        self.half = features // 2
        self.net = perceptron(self.half, hidden, 2 * self.half)

    def _shift_and_scale(self, fixed):
        shift, raw = self.net(fixed).chunk(2, dim=1)
        return shift, torch.tanh(raw)

    def forward(self, x):
        fixed, moved = x.chunk(2, dim=1)
        shift, scale = self._shift_and_scale(fixed)
        moved = moved * scale.exp() + shift
        return torch.cat([fixed, moved], dim=1), scale.sum(dim=1)

    def inverse(self, z):
        kept, scaled = z.chunk(2, dim=1)
        shift, scale = self._shift_and_scale(kept)
        return torch.cat([kept, (scaled - shift) * torch.exp(-scale)], dim=1)


class TabularFlow(nn.Module):
    def __init__(self, features=5, layers=4, hidden=32):
        super().__init__()
        self.layers = nn.ModuleList(AffineCoupling(features, hidden) for _ in range(layers))

    def encode(self, x):
        total = x.new_zeros(x.size(0))
        for layer in self.layers:
            x, log_det = layer(x)
            x = x.flip(1)
            total = total + log_det
        return x, total

    def decode(self, z):
        for layer in reversed(self.layers):
            z = layer.inverse(z.flip(1))
        return z

    def forward(self, x):
        z, log_det = self.encode(x)
        log_base = -0.5 * (z ** 2 + math.log(2 * math.pi)).sum(dim=1)
        return log_base + log_det
