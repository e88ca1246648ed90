import math

import torch
from torch import nn


class SinusoidalEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, t):
        half = self.dim // 2
        freqs = torch.exp(-math.log(10000) * torch.arange(half) / (half - 1))
        args = t[:, None].float() * freqs[None]
        return torch.cat([args.sin(), args.cos()], dim=-1)


class ResBlock(nn.Module):
    def __init__(self, width, time_dim):
        super().__init__()
        self.norm1 = nn.GroupNorm(4, width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, padding_mode="circular")
        self.time = nn.Linear(time_dim, width)
        self.norm2 = nn.GroupNorm(4, width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, padding_mode="circular")

    def forward(self, x, emb):
        h = self.conv1(nn.functional.silu(self.norm1(x)))
        h = h + self.time(emb)[:, :, None, None]
        return x + self.conv2(nn.functional.silu(self.norm2(h)))


class Denoiser(nn.Module):
    def __init__(self, channels, width, blocks=3):
        super().__init__()
        self.time = nn.Sequential(SinusoidalEmbedding(32), nn.Linear(32, 64), nn.SiLU(), nn.Linear(64, 64))
        self.inp = nn.Conv2d(channels, width, 1)
        self.blocks = nn.ModuleList([ResBlock(width, 64) for _ in range(blocks)])
        self.out = nn.Conv2d(width, channels, 1)

    def forward(self, x, t):
        emb = self.time(t)
        x = self.inp(x)
        for block in self.blocks:
            x = block(x, emb)
        return self.out(x)
