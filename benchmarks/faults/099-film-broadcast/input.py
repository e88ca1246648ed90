import torch
import torch.nn as nn


class FiLM(nn.Module):
    def __init__(self, cond, ch):
        super().__init__()
        self.proj = nn.Linear(cond, 2 * ch)

    def forward(self, x, c):
        gamma, beta = self.proj(c).unsqueeze(-1).unsqueeze(-1).chunk(2, dim=1)
        return x * (1 + gamma) + beta


class ChannelBias(nn.Module):
    """One bias per channel and per frequency row, shared over time and batch."""

    def __init__(self, ch, freq):
        super().__init__()
        self.row = nn.Parameter(torch.zeros(freq, 1))
        self.col = nn.Parameter(torch.zeros(ch, 1, 1))

    def forward(self, x):
        return x + self.row + self.col


class Conditioned(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1)
        self.film, self.bias = FiLM(10, 16), ChannelBias(16, 40)
        self.gate = nn.Linear(16, 1)

    def forward(self, spec, speaker):
        h = self.bias(self.film(self.c1(spec), speaker)).relu()
        h = self.c2(h)                                   # (b, 16, 40, t)
        gate = self.gate(h.movedim(1, -1)).movedim(-1, 1).sigmoid()   # (b, 1, 40, t)
        return (h * gate).sum(dim=(1, 2)) / (gate.sum(dim=(1, 2)) + 1e-6)


net = Conditioned()
out = net(torch.randn(3, 1, 40, 25), torch.randn(3, 10))
out.mean().backward()
print(out.shape)
