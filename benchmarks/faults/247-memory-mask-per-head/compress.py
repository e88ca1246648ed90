"""Attention over a handful of memories that are pooled from the whole sequence."""
import torch
import torch.nn as nn


class CompressedAttention(nn.Module):
    def __init__(self, dim=32, heads=4, memories=6):
        super().__init__()
        self.heads = heads
        self.dim_head = dim // heads
        self.norm = nn.LayerNorm(dim)
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_kv = nn.Linear(dim, 2 * dim, bias=False)
        self.to_memory = nn.Linear(self.dim_head, memories)
        self.to_out = nn.Linear(dim, dim)

    def fold_heads(self, t):
        b, n, _ = t.shape
        t = t.view(b, n, self.heads, self.dim_head).permute(0, 2, 1, 3)
        return t.reshape(b * self.heads, n, self.dim_head)

    def unfold_heads(self, t):
        bh, n, d = t.shape
        t = t.view(bh // self.heads, self.heads, n, d).permute(0, 2, 1, 3)
        return t.reshape(bh // self.heads, n, self.heads * d)

    def forward(self, x, mask=None):
        if mask is None:                      # padded positions are exactly zero
            mask = x.abs().sum(dim=-1) > 0
        h = self.norm(x)
        q = self.fold_heads(self.to_q(h))
        k, v = (self.fold_heads(t) for t in self.to_kv(h).chunk(2, dim=-1))

        pooling = self.to_memory(k)                                 # (b h) n r
        pooling = pooling.masked_fill(~mask[..., None], float("-inf"))
        pooling = pooling.softmax(dim=1)
        k = torch.einsum("bnr,bnd->brd", pooling, k)
        v = torch.einsum("bnr,bnd->brd", pooling, v)

        weights = torch.einsum("bid,bjd->bij", q, k) * self.dim_head ** -0.5
        out = torch.einsum("bij,bjd->bid", weights.softmax(dim=-1), v)
        return x + self.to_out(self.unfold_heads(out))
