"""Decoder block with grouped query attention."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


def repeat_kv(x: Tensor, n_rep: int) -> Tensor:
    """(batch, kv_heads, length, width) -> (batch, kv_heads * n_rep, length, width)"""
    if n_rep == 1:
        return x
    batch, kv_heads, length, width = x.shape
    x = x[:, :, None].expand(batch, kv_heads, n_rep, length, width)
    return x.reshape(batch, kv_heads * n_rep, length, width)


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


class GroupedQueryAttention(nn.Module):
    def __init__(self, dim: int, heads: int, kv_heads: int):
        super().__init__()
        self.heads, self.kv_heads, self.width = heads, kv_heads, dim // heads
        self.n_rep = heads // kv_heads
        self.wq = nn.Linear(dim, heads * self.width, bias=False)
        self.wk = nn.Linear(dim, kv_heads * self.width, bias=False)
        self.wv = nn.Linear(dim, kv_heads * self.width, bias=False)
        self.wo = nn.Linear(heads * self.width, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q = self.wq(x).view(batch, length, self.heads, self.width)
        k = self.wk(x).view(batch, length, self.kv_heads, self.width)
        v = self.wv(x).view(batch, length, self.kv_heads, self.width)

        k, v = repeat_kv(k, self.n_rep), repeat_kv(v, self.n_rep)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)

        scores = q @ k.transpose(2, 3) / self.width ** 0.5
        future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        scores = scores.masked_fill(future, float("-inf"))
        out = F.softmax(scores, dim=-1) @ v
        return self.wo(out.transpose(1, 2).reshape(batch, length, -1))


class GroupedQueryBlock(nn.Module):
    def __init__(self, dim: int = 64, heads: int = 8, kv_heads: int = 2):
        super().__init__()
        self.norm = RMSNorm(dim)
        self.attention = GroupedQueryAttention(dim, heads, kv_heads)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.attention(self.norm(x))
