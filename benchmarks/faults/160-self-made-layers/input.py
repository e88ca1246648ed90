import torch
import torch.nn as nn


class Dense(nn.Module):
    """Weights are (in, out), unlike nn.Linear."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = nn.Parameter(torch.randn(n_in, n_out) * 0.1)
        self.b = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x @ self.w + self.b


class Highway(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.h, self.t = Dense(size, size), Dense(size, size)

    def forward(self, x):
        gate = torch.sigmoid(self.t(x) - 2.0)
        return gate * torch.relu(self.h(x)) + (1 - gate) * x


class CharHighway(nn.Module):
    def __init__(self, n_in=30, size=52, out=9):
        super().__init__()
        self.inp = Dense(n_in, size)
        self.body = nn.Sequential(*[Highway(size) for _ in range(3)])
        self.out = Dense(size, out)

    def forward(self, x):
        return self.out(self.body(self.inp(x)))
