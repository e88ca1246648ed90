"""A language model of promoters: the next letter, from those before it."""
import math
from dataclasses import dataclass

import torch
from torch import nn
import torch.nn.functional as F


@dataclass
class DNAConfig:
    letters: int = 5  # A, C, G, T and N
    context: int = 64
    width: int = 32
    heads: int = 4
    blocks: int = 2


class CausalAttention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.heads = cfg.heads
        self.qkv = nn.Linear(cfg.width, 3 * cfg.width)
        self.proj = nn.Linear(cfg.width, cfg.width)
        tril = torch.tril(torch.ones(cfg.context, cfg.context, dtype=torch.bool))
        self.register_buffer("mask", tril, persistent=False)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        att = q @ k.transpose(-2, -1) / math.sqrt(C // self.heads)
        att = att.masked_fill(~self.mask, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return self.proj(y.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(cfg.width), nn.LayerNorm(cfg.width)
        self.attention = CausalAttention(cfg)
        self.mlp = nn.Sequential(nn.Linear(cfg.width, 4 * cfg.width), nn.GELU(), nn.Linear(4 * cfg.width, cfg.width))

    def forward(self, x):
        x = x + self.attention(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class PromoterLM(nn.Module):
    def __init__(self, cfg=None):
        super().__init__()
        self.cfg = cfg or DNAConfig()
        self.letters = nn.Embedding(self.cfg.letters, self.cfg.width)
        self.places = nn.Embedding(self.cfg.context, self.cfg.width)
        self.blocks = nn.Sequential(*[Block(self.cfg) for _ in range(self.cfg.blocks)])
        self.out = nn.Linear(self.cfg.width, self.cfg.letters)

    def forward(self, seq):
        places = torch.arange(seq.size(1), device=seq.device)
        x = self.letters(seq) + self.places(places)
        return self.out(self.blocks(x))


@torch.no_grad()
def extend(model, seq, count):
    for _ in range(count):
        logits = model(seq[:, -model.cfg.context:])[:, -1]
        seq = torch.cat([seq, logits.argmax(-1, keepdim=True)], dim=1)
    return seq
