"""Next-note model for folk tunes (MIDI pitches 0..87, 88 = rest, 89 = bar line)."""
import math

import torch
import torch.nn as nn


class CausalSelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        assert dim % heads == 0
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        att = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
        future = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)
        att = att.masked_fill(future, float("-inf")).softmax(dim=-1)
        y = (att @ v).transpose(1, 2).reshape(B, T, C)
        return self.proj(y), att


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.ln1 = nn.LayerNorm(dim)
        self.attn = CausalSelfAttention(dim, heads)
        self.ln2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        y, att = self.attn(self.ln1(x))
        x = x + y
        x = x + self.mlp(self.ln2(x))
        return x, att


class MelodyModel(nn.Module):
    def __init__(self, vocab=90, dim=32, heads=4, layers=3, max_len=64):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.pos = nn.Embedding(max_len, dim)
        self.blocks = nn.ModuleList([Block(dim, heads) for _ in range(layers)])
        self.ln = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)

    def embed(self, notes):
        return self.tok(notes) + self.pos(torch.arange(notes.size(1), device=notes.device))

    def forward(self, notes):
        x = self.embed(notes)
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln(x))

    @torch.no_grad()
    def attention_maps(self, notes):
        """A list with the attention of every layer, (batch, heads, time, time) each, for the plots in the paper."""
        maps, x = [], self.embed(notes)
        for block in self.blocks:
            x, att = block(x)
            maps.append(att)
        return maps


@torch.no_grad()
def compose(model, notes, steps, temperature=1.0):
    for _ in range(steps):
        logits = model(notes[:, -64:])[:, -1] / temperature
        notes = torch.cat([notes, torch.multinomial(logits.softmax(-1), 1)], dim=1)
    return notes
