import math
import torch
import torch.nn as nn

PAD = 0


class Tagger(nn.Module):
    """Part-of-speech tagger; sentences are columns: tokens is (S, N)."""

    def __init__(self, vocab, tags, d_model=32, nhead=4, layers=2):
        super().__init__()
        self.d_model = d_model
        self.emb = nn.Embedding(vocab, d_model, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(64, 1, d_model) * 0.02)
        layer = nn.TransformerEncoderLayer(d_model, nhead, 64, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.out = nn.Linear(d_model, tags)

    def forward(self, tokens):
        s, n = tokens.shape
        x = self.emb(tokens) * math.sqrt(self.d_model) + self.pos[:s]
        # src goes in as (S, N, E) but the padding mask as (N, S)
        pad = (tokens == PAD).t()
        pad = pad & ~pad.all(dim=1, keepdim=True)
        h = self.encoder(x, src_key_padding_mask=pad)
        return self.out(h)
