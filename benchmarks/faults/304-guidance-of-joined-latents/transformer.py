import math

import torch
from torch import nn


def sinusoid(values, width):
    half = width // 2
    freqs = torch.exp(-math.log(1000.0) * torch.arange(half) / half)
    angles = values[:, None].float() * freqs[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class EditTransformer(nn.Module):
    """Tokens of the picture to draw and of a reference picture, drawn under one guidance strength."""

    def __init__(self, channels=16, dim=32):
        super().__init__()
        self.dim = dim
        self.tokens_in = nn.Linear(channels, dim)
        self.time_mlp = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.guidance_mlp = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.block = nn.TransformerEncoderLayer(dim, 4, 64, dropout=0.0, batch_first=True)
        self.tokens_out = nn.Linear(dim, channels)

    def forward(self, tokens, timestep, guidance):
        condition = self.time_mlp(sinusoid(timestep * 1000, self.dim))
        condition = condition + self.guidance_mlp(sinusoid(guidance, self.dim))
        return self.tokens_out(self.block(self.tokens_in(tokens) + condition[:, None]))
