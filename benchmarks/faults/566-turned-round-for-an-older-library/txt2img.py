"""A text leads the noise."""
import torch
from torch import nn

from ldm.encoders import FrozenOpenCLIPEmbedder


class CrossAttention(nn.Module):
    def __init__(self, dim=8, context_dim=16):
        super().__init__()
        self.to_q, self.to_kv = nn.Linear(dim, dim), nn.Linear(context_dim, dim * 2)

    def forward(self, x, context):
        k, v = self.to_kv(context).chunk(2, dim=-1)
        return x + torch.softmax(self.to_q(x) @ k.transpose(1, 2) * x.size(-1) ** -0.5, dim=-1) @ v


class TextToImage(nn.Module):
    def __init__(self, layer="penultimate"):
        super().__init__()
        self.cond_stage_model = FrozenOpenCLIPEmbedder(layer=layer)
        self.inp, self.attn, self.out = nn.Conv2d(4, 8, 3, padding=1), CrossAttention(), nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, noise, tokens):
        c = self.cond_stage_model.encode(tokens)
        h = self.inp(noise)
        b, d, height, width = h.shape
        h = self.attn(h.flatten(2).transpose(1, 2), c).transpose(1, 2).reshape(b, d, height, width)
        return self.out(h)
