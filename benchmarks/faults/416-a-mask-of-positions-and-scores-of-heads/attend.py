"""Attention of several heads, written out; a mask says which positions of a sentence are words (1) or filling (0)."""
import math

import torch
from torch import nn


def scaled_dot_product(q, k, v, mask=None):
    """q, k, v: (batch, heads, length, width). Gives the values and the weights."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -9e15)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


class MultiheadAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x, mask=None):
        batch, length, width = x.shape
        qkv = self.qkv(x).reshape(batch, length, self.heads, -1).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=-1)
        values, _ = scaled_dot_product(q, k, v, mask=mask)
        return self.out(values.transpose(1, 2).reshape(batch, length, width))


class SentenceEncoder(nn.Module):
    """mask: (batch, length); nothing may look at the filling."""

    def __init__(self, width=32, heads=4):
        super().__init__()
        self.attention = MultiheadAttention(width, heads)
        self.norm = nn.LayerNorm(width)

    def forward(self, x, mask=None):
        return self.norm(x + self.attention(x, mask))


if __name__ == "__main__":
    torch.manual_seed(0)
    mask = (torch.arange(16) < torch.tensor([[16], [9], [4]])).long()
    print(SentenceEncoder()(torch.randn(3, 16, 32), mask).shape)
