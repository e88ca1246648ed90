"""Tag jets from the set of their constituents (pt, eta, phi, impact parameters ...)."""
import math

import torch
from torch import nn


class ConstituentAttention(nn.Module):
    """Self attention whose input need not be as wide as its output."""

    def __init__(self, in_features, width, heads):
        super().__init__()
        if width % heads:
            raise ValueError("width must be a multiple of heads")
        self.width = width
        self.heads = heads
        self.head_width = width // heads
        self.qkv = nn.Linear(in_features, 3 * width)
        self.out = nn.Linear(width, width)
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.qkv.weight)
        nn.init.zeros_(self.qkv.bias)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, return_weights=False):
        batch, count, width = x.size()
        qkv = self.qkv(x).reshape(batch, count, self.heads, 3 * self.head_width)
        q, k, v = qkv.permute(0, 2, 1, 3).chunk(3, dim=-1)

        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.head_width)
        weights = scores.softmax(dim=-1)
        mixed = torch.matmul(weights, v)
        mixed = mixed.permute(0, 2, 1, 3)
        mixed = mixed.reshape(batch, count, width)
        mixed = self.out(mixed)
        return (mixed, weights) if return_weights else mixed


class JetTagger(nn.Module):
    def __init__(self, in_features=13, width=48, heads=6, flavours=5):
        super().__init__()
        self.attend = ConstituentAttention(in_features, width, heads)
        self.norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.classify = nn.Linear(width, flavours)

    def forward(self, x):
        h = self.attend(x)
        h = h + self.feed(self.norm(h))
        return self.classify(h.mean(dim=1))
