"""A transformer whose attention turns queries and keys by their position."""
import torch
from torch import nn


class RotaryPosEncoding(nn.Module):
    def __init__(self, dim, base=10000):
        super().__init__()
        self.register_buffer("inv_freq", base ** -(torch.arange(0, dim, 2).float() / dim))

    def rotate(self, x, offset):
        """x (batch, heads, length, dim): the first of these stands at position ``offset``."""
        position = torch.arange(offset, offset + x.shape[2]).float()
        angle = position[:, None] * self.inv_freq
        cos, sin = angle.cos(), angle.sin()
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)

    def forward(self, q, k, q_offset):
        return self.rotate(q, q_offset), self.rotate(k, 0)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.pe = RotaryPosEncoding(dim // heads)

    def split(self, x):
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def forward(self, x, cache=None):
        q, k, v = (self.split(t) for t in self.qkv(x).chunk(3, dim=-1))
        q_offset = k.shape[2] - q.shape[2]
        if cache is not None:
            if "k" in cache:
                k = torch.cat([cache["k"], k], dim=2)
                v = torch.cat([cache["v"], v], dim=2)
            cache["k"], cache["v"] = k, v
        q, k = self.pe(q, k, q_offset)
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5
        seen = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
        y = scores.masked_fill(~seen, float("-inf")).softmax(dim=-1) @ v
        return self.out(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = Attention(dim, heads)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim))

    def forward(self, x, cache=None):
        x = x + self.attention(self.norm1(x), cache)
        return x + self.mlp(self.norm2(x))


class LanguageModel(nn.Module):
    def __init__(self, words, dim=16, heads=2, layers=2):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.layers = nn.ModuleList(Layer(dim, heads) for _ in range(layers))
        self.head = nn.Linear(dim, words)

    def empty_cache(self):
        return [{} for _ in self.layers]

    def forward(self, tokens, cache=None):
        x = self.embed(tokens)
        for i, layer in enumerate(self.layers):
            x = layer(x, cache[i] if cache is not None else None)
        return self.head(x)
