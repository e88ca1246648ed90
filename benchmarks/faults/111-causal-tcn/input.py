"""Temporal conv net: (batch, 8 sensors, time) -> (batch, 3, time), strictly causal."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import weight_norm


class Chomp(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x[:, :, : -self.n]


class Block(nn.Module):
    def __init__(self, cin, cout, k, d):
        super().__init__()
        pad = (k - 1) * d
        self.c1 = nn.Sequential(weight_norm(nn.Conv1d(cin, cout, k, padding=pad, dilation=d)), Chomp(pad), nn.ReLU())
        self.c2 = weight_norm(nn.Conv1d(cout, 2 * cout, k, dilation=d))
        self.pad = pad
        self.skip = nn.Conv1d(cin, cout, 1) if cin != cout else None

    def forward(self, x):
        y = F.glu(self.c2(F.pad(self.c1(x), (self.pad, 0))), dim=1)
        return y + (x if self.skip is None else self.skip(x))


class TCN(nn.Module):
    def __init__(self, ch=(8, 16, 16, 24), out=3, k=3):
        super().__init__()
        self.blocks = nn.Sequential(*(Block(a, b, k, 2 ** i) for i, (a, b) in enumerate(zip(ch, ch[1:]))))
        self.head = nn.Conv1d(ch[-1], out, 1)

    def forward(self, x):
        return self.head(self.blocks(x))
