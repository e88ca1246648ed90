"""Clean latents of sound by a U-Net over time; the text comes in at the bottom in the full model."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.net = nn.Sequential(
            nn.GroupNorm(1, channels), nn.SiLU(), nn.Conv1d(channels, channels, 3, padding=1))

    def forward(self, x):
        return x + self.net(x)


class Modulate(nn.Module):
    """Merge what came up with what was kept, weighted by a gate."""

    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Parameter(torch.zeros(channels, 1))

    def forward(self, kept, risen):
        return kept + risen * torch.tanh(1 + self.gate)


class WaveUNet(nn.Module):
    def __init__(self, inside=2, channels=(8, 16, 32)):
        super().__init__()
        self.enter = nn.Conv1d(inside, channels[0], 1)
        self.down, self.up, self.merge = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for low, high in zip(channels, channels[1:]):
            self.down.append(nn.Sequential(Block(low), nn.Conv1d(low, high, 2, stride=2)))
            self.up.insert(0, nn.Sequential(Block(high), nn.ConvTranspose1d(high, low, 2, stride=2)))
            self.merge.insert(0, Modulate(low))
        self.middle = Block(channels[-1])
        self.leave = nn.Conv1d(channels[0], inside, 1)

    def forward(self, x):
        x = self.enter(x)
        skips = []
        for down in self.down:
            skips.append(x)
            x = down(x)
        x = self.middle(x)
        for up, merge in zip(self.up, self.merge):
            x = up(x)
            x = merge(skips.pop(), x)
        return self.leave(x)


if __name__ == "__main__":
    print(WaveUNet()(torch.randn(2, 2, 75)).shape)
