"""Find the calls of whales in hydrophone recordings, frame by frame."""
import torch
from torch import nn


class ResidualBlock(nn.Module):
    """Two convolutions around a skip; the first one looks far, the second mixes channels."""

    def __init__(self, channels, dilation=1):
        super().__init__()
        self.norm = nn.GroupNorm(4, channels)
        self.conv = nn.Conv1d(channels, channels, kernel_size=3, padding=1, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, kernel_size=1)
        self.act = nn.GELU()

    def forward(self, x):
        y = self.act(self.conv(self.norm(x)))
        return x + self.mix(y)


class WhaleNet(nn.Module):
    def __init__(self, channels=16, species=3, dilations=(1, 2, 4, 8)):
        super().__init__()
        self.stem = nn.Conv1d(1, channels, kernel_size=16, stride=8, padding=4)
        self.blocks = nn.ModuleList(ResidualBlock(channels, d) for d in dilations)
        self.head = nn.Conv1d(channels, species + 1, kernel_size=1)

    def forward(self, sound):
        x = self.stem(sound)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def frame_loss(logits, species):
    """Species of every frame of eight samples, 0 where nothing calls."""
    return nn.functional.cross_entropy(logits, species)


@torch.no_grad()
def find_calls(model, sound, rate=2000):
    best = model.eval()(sound[None, None])[0].argmax(dim=0)
    starts = torch.nonzero((best[1:] != 0) & (best[:-1] == 0)).flatten() + 1
    return [(s.item() * 8 / rate, best[s].item()) for s in starts]
