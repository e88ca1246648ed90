from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass
class UNet1DConfig:
    in_channels: int = 2
    out_channels: int = 2
    block_out_channels: tuple[int, ...] = (32, 64)
    time_embedding_type: str = "positional"      # or "fourier"
    use_timestep_embedding: bool = True


class FourierProjection(nn.Module):
    def __init__(self, embedding_size: int, scale: float = 16.0):
        super().__init__()
        self.register_buffer("weight", torch.randn(embedding_size) * scale)

    def forward(self, t):
        proj = t[:, None] * self.weight[None, :] * 2 * math.pi
        return torch.cat([proj.sin(), proj.cos()], dim=-1)


class PositionalProjection(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.channels = channels

    def forward(self, t):
        half = self.channels // 2
        freq = torch.exp(-math.log(10000.0) * torch.arange(half, device=t.device) / half)
        ang = t[:, None].float() * freq[None]
        return torch.cat([ang.sin(), ang.cos()], dim=-1)


class UNet1D(nn.Module):
    def __init__(self, config: UNet1DConfig):
        super().__init__()
        c = config
        first = c.block_out_channels[0]
        if c.time_embedding_type == "fourier":
            self.time_proj = FourierProjection(embedding_size=8)
            timestep_dim = 2 * first
        elif c.time_embedding_type == "positional":
            self.time_proj = PositionalProjection(first)
            timestep_dim = first
        else:
            raise ValueError(c.time_embedding_type)
        self.time_mlp = None
        if c.use_timestep_embedding:
            self.time_mlp = nn.Sequential(nn.Linear(timestep_dim, 4 * first), nn.SiLU(), nn.Linear(4 * first, first))
        self.conv_in = nn.Conv1d(c.in_channels, first, 3, padding=1)
        widths = list(c.block_out_channels)
        self.blocks = nn.ModuleList(nn.Conv1d(a, b, 3, padding=1) for a, b in zip(widths[:-1], widths[1:]))
        self.conv_out = nn.Conv1d(widths[-1], c.out_channels, 1)

    def forward(self, sample, timestep):
        emb = self.time_proj(timestep)
        h = self.conv_in(sample)
        if self.time_mlp is not None:
            h = h + self.time_mlp(emb)[:, :, None]
        for blk in self.blocks:
            h = torch.nn.functional.silu(blk(h))
        return self.conv_out(h)
