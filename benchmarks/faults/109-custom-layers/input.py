import math
import torch
import torch.nn as nn


class Conv1D(nn.Module):
    """GPT-2 style linear: the weight is stored (in, out), unlike nn.Linear."""

    def __init__(self, nin, nout):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(nin, nout) * 0.02)
        self.bias = nn.Parameter(torch.zeros(nout))

    def forward(self, x):
        return torch.addmm(self.bias, x.reshape(-1, x.size(-1)), self.weight).view(*x.shape[:-1], -1)


class LoRA(nn.Module):
    def __init__(self, base, rank=3):
        super().__init__()
        self.base = base
        nin, nout = base.weight.shape
        self.down = nn.Parameter(torch.randn(nin, rank) / math.sqrt(nin))
        self.up = nn.Parameter(torch.zeros(rank, nout))

    def forward(self, x):
        return self.base(x) + x @ self.down @ self.up


class SkewRotation(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
        self.free = nn.Parameter(torch.randn(n * (n - 1) // 2) * 0.1)

    def forward(self, x):
        i, j = torch.triu_indices(self.n, self.n, 1)
        s = torch.zeros(self.n, self.n, dtype=x.dtype).index_put((i, j), self.free)
        return x @ torch.matrix_exp(s - s.t())


class AdapterNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.rot, self.b = LoRA(Conv1D(24, 40)), SkewRotation(40), LoRA(Conv1D(40, 6), rank=2)

    def forward(self, x):
        return self.b(torch.relu(self.rot(self.a(x))))
