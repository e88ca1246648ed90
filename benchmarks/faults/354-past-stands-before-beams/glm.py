import torch
from torch import nn
import torch.nn.functional as F


class Block(nn.Module):
    """Keeps keys and values as (length, batch, heads, width), the way the states come in."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x, past, mask):
        n, b, d = x.shape
        q, k, v = self.qkv(x).view(n, b, self.heads, -1).chunk(3, dim=-1)
        if past is not None:
            k, v = torch.cat([past[0], k]), torch.cat([past[1], v])
        scores = torch.einsum("qbhd,kbhd->bhqk", q, k) / q.shape[-1] ** 0.5
        weights = (scores + mask).softmax(dim=-1)
        x = x + self.out(torch.einsum("bhqk,kbhd->qbhd", weights, v).reshape(n, b, d))
        return x + self.mlp(F.layer_norm(x, (d,))), (k, v)


class TinyGLM(nn.Module):
    def __init__(self, vocabulary=20, dim=24, heads=2, depth=2, max_length=32):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.position = nn.Embedding(max_length, dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))
        self.head = nn.Linear(dim, vocabulary)

    def forward(self, tokens, cache=None, length=None):
        n = tokens.shape[1]
        length = n if length is None else length
        positions = torch.arange(length - n, length)
        mask = torch.full((n, length), float("-inf")).triu(length - n + 1)
        x = (self.embed(tokens) + self.position(positions)).transpose(0, 1)
        new = []
        for i, block in enumerate(self.blocks):
            x, kv = block(x, None if cache is None else cache[i], mask)
            new.append(kv)
        return self.head(x.transpose(0, 1)), new
