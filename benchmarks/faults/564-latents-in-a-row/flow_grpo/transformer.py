"""The flow: a network of latents that stand in a row (B, places, channels), with an adapter that can be taken off."""
from contextlib import contextmanager

import torch
from torch import nn


class Transformer(nn.Module):
    def __init__(self, channels=8, dim=16):
        super().__init__()
        self.embed, self.time = nn.Linear(channels, dim), nn.Linear(1, dim)
        self.attention = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.out = nn.Linear(dim, channels)
        self.lora = nn.Linear(dim, channels, bias=False)
        nn.init.normal_(self.lora.weight, std=0.05)
        for name, p in self.named_parameters():
            p.requires_grad_(name.startswith("lora"))
        self.adapted = True

    @contextmanager
    def disable_adapter(self):
        self.adapted = False
        try:
            yield
        finally:
            self.adapted = True

    def forward(self, x, sigma):
        h = self.embed(x) + self.time(sigma[:, None])[:, None]
        h = h + self.attention(h, h, h, need_weights=False)[0]
        return self.out(h) + (self.lora(h) if self.adapted else 0.0)
