"""A decoder of 70 billion parameters in plain torch, and what may be wrong in it."""

from __future__ import annotations

DECODER = """\
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Config:
    dim: int = 8192
    n_layers: int = 80
    n_heads: int = 64
    n_kv_heads: int = 8
    vocab_size: int = 32000
    hidden_dim: int = 28672
    norm_eps: float = 1e-5
    max_seq_len: int = 2048


class RMSNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotary_tables(head_dim, length, theta=10000.0):
    freqs = 1.0 / (theta ** (torch.arange(0, head_dim, 2).float() / head_dim))
    angles = torch.outer(torch.arange(length).float(), freqs)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    x1, x2 = x[..., ::2], x[..., 1::2]
    cos, sin = cos[: x.shape[1], None], sin[: x.shape[1], None]
    return torch.stack((x1 * cos - x2 * sin, x1 * sin + x2 * cos), dim=-1).flatten(-2)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.n_heads, self.n_kv_heads = config.n_heads, config.n_kv_heads
        self.head_dim = config.dim // config.n_heads
        self.wq = nn.Linear(config.dim, self.n_heads * self.head_dim, bias=False)
        self.wk = nn.Linear(config.dim, self.n_kv_heads * self.head_dim, bias=False)
        self.wv = nn.Linear(config.dim, self.n_kv_heads * self.head_dim, bias=False)
        self.wo = nn.Linear(self.n_heads * self.head_dim, config.dim, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, steps, _ = x.shape
        q = self.wq(x).view(batch, steps, self.n_heads, self.head_dim)
        k = self.wk(x).view(batch, steps, self.n_kv_heads, self.head_dim)
        v = self.wv(x).view(batch, steps, self.n_kv_heads, self.head_dim)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k = k.repeat_interleave(self.n_heads // self.n_kv_heads, dim=2)
        v = v.repeat_interleave(self.n_heads // self.n_kv_heads, dim=2)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        scores = q @ k.transpose(2, 3) / self.head_dim**0.5 + mask
        y = F.softmax(scores, dim=-1) @ v
        return self.wo(y.transpose(1, 2).reshape(batch, steps, -1))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate = nn.Linear(config.dim, config.hidden_dim, bias=False)
        self.up = nn.Linear(config.dim, config.hidden_dim, bias=False)
        self.down = nn.Linear(config.hidden_dim, config.dim, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = Attention(config)
        self.feed_forward = FeedForward(config)
        self.attention_norm = RMSNorm(config.dim, config.norm_eps)
        self.ffn_norm = RMSNorm(config.dim, config.norm_eps)

    def forward(self, x, cos, sin, mask):
        x = x + self.attention(self.attention_norm(x), cos, sin, mask)
        return x + self.feed_forward(self.ffn_norm(x))


class Decoder(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.embed = nn.Embedding(config.vocab_size, config.dim)
        self.layers = nn.ModuleList([Block(config) for _ in range(config.n_layers)])
        self.norm = RMSNorm(config.dim, config.norm_eps)
        self.head = nn.Linear(config.dim, config.vocab_size, bias=False)
        cos, sin = rotary_tables(config.dim // config.n_heads, config.max_seq_len)
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def forward(self, tokens):
        steps = tokens.shape[1]
        mask = torch.full((steps, steps), float("-inf")).triu(1)
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin, mask)
        return self.head(self.norm(x))
"""
_LAYERS = "        self.layers = nn.ModuleList([Block(config) for _ in range(config.n_layers)])\n"
_ODD = "        self.layers[47].feed_forward.down = nn.Linear({}, config.dim, bias=False)\n"
# What is wrong: where, what stands there in the decoder, what instead, and what after the right repair.
FAULTS = {
    "the last layer of the MLP takes half of the width": (
        "self.down = nn.Linear({}, config.dim",
        *("config.hidden_dim", "config.hidden_dim // 2", "config.hidden_dim"),
    ),
    "one layer of the gated MLP is half as wide": (
        "self.up = nn.Linear(config.dim, {}",
        *("config.hidden_dim", "14336", "28672"),
    ),
    "as many heads of keys as of queries": (
        "self.wk = nn.Linear(config.dim, self.{} * self.head_dim",
        *("n_kv_heads", "n_heads", "n_kv_heads"),
    ),
    "a norm of the hidden width": ("self.ffn_norm = RMSNorm(config.{}", "dim", "hidden_dim", "dim"),
    "a rotary table for other heads": (
        "rotary_tables(config.dim // config.{}",
        *("n_heads", "n_kv_heads", "n_heads"),
    ),
    "one odd layer of 80": (
        _LAYERS + "{}",
        *("", _ODD.format("config.hidden_dim // 2"), _ODD.format("config.hidden_dim")),
    ),
    "a head for half of the width": ("self.head = nn.Linear({}, config.vocab_size", "config.dim", "4096", "8192"),
}


def texts(fault: str) -> tuple[str, str]:
    """Return the decoder with a fault, and after the right repair of it."""
    where, own, wrong, right = FAULTS[fault]
    line = where.format(own)
    assert DECODER.count(line) == 1
    return DECODER.replace(line, where.format(wrong)), DECODER.replace(line, where.format(right))
