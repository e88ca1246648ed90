import torch
import torch.nn as nn


class SessionEncoder(nn.Module):
    """Click session -> next item. clicks: (batch, steps), 0 is padding."""

    def __init__(self, items=1000, dim=32, heads=4, max_steps=50):
        super().__init__()
        self.item = nn.Embedding(items, dim, padding_idx=0)
        self.step = nn.Embedding(max_steps, dim)
        self.attn = nn.MultiheadAttention(dim, heads, dropout=0.0)
        self.norm = nn.LayerNorm(dim)

    def forward(self, clicks):
        batch, steps = clicks.shape
        pad = clicks.eq(0)
        pad[:, 0] = False
        x = self.item(clicks) + self.step(torch.arange(steps))
        y, _ = self.attn(x, x, x, key_padding_mask=pad)
        x = self.norm(x + y)
        keep = (~pad).unsqueeze(-1)
        session = (x * keep).sum(1) / keep.sum(1)
        return session @ self.item.weight.t()
