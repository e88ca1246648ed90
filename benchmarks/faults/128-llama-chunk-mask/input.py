"""Chunked prefill for a tiny llama-like decoder with a key/value cache."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class CachedSelfAttention(nn.Module):
    def __init__(self, dim, n_heads, max_batch=2, max_seq=64):
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = dim // n_heads
        self.wqkv = nn.Linear(dim, 3 * dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        self.register_buffer("cache_k", torch.zeros(max_batch, max_seq, n_heads, self.head_dim))
        self.register_buffer("cache_v", torch.zeros(max_batch, max_seq, n_heads, self.head_dim))

    def forward(self, x, start_pos, mask):
        bsz, seqlen, _ = x.shape
        q, k, v = self.wqkv(x).view(bsz, seqlen, 3, self.n_heads, self.head_dim).unbind(2)
        self.cache_k[:bsz, start_pos:start_pos + seqlen] = k
        self.cache_v[:bsz, start_pos:start_pos + seqlen] = v
        keys = self.cache_k[:bsz, :start_pos + seqlen].transpose(1, 2)
        values = self.cache_v[:bsz, :start_pos + seqlen].transpose(1, 2)
        scores = q.transpose(1, 2) @ keys.transpose(2, 3) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores + mask
        out = F.softmax(scores, dim=-1) @ values
        return self.wo(out.transpose(1, 2).reshape(bsz, seqlen, -1))


class Decoder(nn.Module):
    def __init__(self, vocab=97, dim=32, n_layers=2, n_heads=4):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList([CachedSelfAttention(dim, n_heads) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)

    @torch.inference_mode()
    def forward(self, tokens, start_pos):
        _, seqlen = tokens.shape
        h = self.tok(tokens)
        mask = None
        if seqlen > 1:
            mask = torch.full((seqlen, seqlen), float("-inf"))
            mask = torch.triu(mask, diagonal=1)
        for layer in self.layers:
            h = h + layer(h, start_pos, mask)
        return self.head(self.norm(h))


if __name__ == "__main__":
    torch.manual_seed(3)
    model = Decoder()
    prompt = torch.randint(0, 97, (1, 13))
    for start, end in ((0, 7), (7, 13)):
        logits = model(prompt[:, start:end], start)
        print(start, end, tuple(logits.shape))
