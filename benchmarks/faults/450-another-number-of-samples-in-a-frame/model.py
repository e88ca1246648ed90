"""The network: spectra grow to the length of the sound, modulated by the noisy sound."""
import torch
from torch import nn


class UBlock(nn.Module):
    def __init__(self, in_channels, out_channels, factor):
        super().__init__()
        self.up = nn.Upsample(scale_factor=factor)
        self.conv = nn.Conv1d(in_channels, out_channels, 3, padding=1)

    def forward(self, x, scale, shift):
        x = self.conv(self.up(x))
        return torch.nn.functional.leaky_relu(scale * x + shift, 0.2)


class WaveGradNN(nn.Module):
    def __init__(self, n_mels, factors, width=12):
        super().__init__()
        self.pre = nn.Conv1d(n_mels, width, 3, padding=1)
        self.ublocks = nn.ModuleList(UBlock(width, width, factor) for factor in factors)
        self.dblocks = nn.ModuleList([nn.Conv1d(1, width, 5, padding=2)])
        for factor in reversed(factors[1:]):
            self.dblocks.append(nn.Conv1d(width, width, factor, stride=factor))
        self.films = nn.ModuleList(nn.Conv1d(width, 2 * width, 3, padding=1) for _ in factors)
        self.post = nn.Conv1d(width, 1, 3, padding=1)

    def forward(self, mels, y_noisy):
        x, stats = y_noisy[:, None], []
        for dblock, film in zip(self.dblocks, self.films):
            x = torch.nn.functional.leaky_relu(dblock(x), 0.2)
            stats.append(film(x).chunk(2, dim=1))
        out = self.pre(mels)
        for ublock, (scale, shift) in zip(self.ublocks, reversed(stats)):
            out = ublock(out, scale, shift)
        return self.post(out)[:, 0]
