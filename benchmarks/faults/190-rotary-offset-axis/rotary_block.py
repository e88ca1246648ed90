"""A decoder block with rotary positions and a growing key/value cache.

Everything in here keeps the order [batch, time, heads, head_dim].
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


def apply_rotary(q, k, cos, sin, offset: int = 0):
    cos, sin = cos[offset : q.shape[0] + offset], sin[offset : q.shape[0] + offset]
    return q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin


class Rotary(nn.Module):
    def __init__(self, dim, base=10000, max_len=256):
        super().__init__()
        inv = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))
        ang = torch.outer(torch.arange(max_len).float(), inv)
        ang = torch.cat((ang, ang), dim=-1)
        self.register_buffer("cos_cached", ang.cos()[:, None, :], persistent=False)
        self.register_buffer("sin_cached", ang.sin()[:, None, :], persistent=False)


class CachedBlock(nn.Module):
    def __init__(self, d_model=32, heads=4):
        super().__init__()
        self.h, self.hd = heads, d_model // heads
        self.norm = nn.LayerNorm(d_model)
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.proj = nn.Linear(d_model, d_model, bias=False)
        self.rotary = Rotary(self.hd)

    def forward(self, x, past=None):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, t, 3, self.h, self.hd).unbind(2)
        seen = 0 if past is None else past[0].shape[1]
        q, k = apply_rotary(q, k, self.rotary.cos_cached, self.rotary.sin_cached, offset=seen)
        if past is not None:
            k = torch.cat((past[0], k), dim=1)
            v = torch.cat((past[1], v), dim=1)
        mask = torch.ones(t, seen + t, dtype=torch.bool).tril(diagonal=seen)
        y = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), attn_mask=mask)
        y = y.transpose(1, 2).reshape(b, t, -1)
        return x + self.proj(y), (k, v)
