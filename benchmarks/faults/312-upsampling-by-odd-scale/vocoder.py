import torch
from torch import nn


class ResidualUnit(nn.Module):
    def __init__(self, channels, kernel, dilations=(1, 3)):
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=d, padding=(kernel - 1) // 2 * d) for d in dilations)

    def forward(self, x):
        for conv in self.convs:
            x = x + conv(torch.nn.functional.leaky_relu(x, 0.1))
        return x


class MelVocoder(nn.Module):
    """Mel frames to samples; the skip carries the frame energies, held for a hop."""

    def __init__(self, mels=20, width=32, scales=(4, 5)):
        super().__init__()
        self.hop = 1
        self.first = nn.Conv1d(mels, width, 7, padding=3)
        self.ups, self.units = nn.ModuleList(), nn.ModuleList()
        for scale in scales:
            self.ups.append(nn.ConvTranspose1d(width, width // 2, 2 * scale, stride=scale,
                                               padding=scale // 2 + scale % 2))
            self.units.append(ResidualUnit(width // 2, 3))
            width //= 2
            self.hop *= scale
        self.last = nn.Conv1d(width, 1, 7, padding=3)

    def forward(self, mel):
        energy = mel.mean(dim=1, keepdim=True).repeat_interleave(self.hop, dim=-1)
        x = self.first(mel)
        for up, unit in zip(self.ups, self.units):
            x = unit(up(torch.nn.functional.leaky_relu(x, 0.1)))
        return torch.tanh(self.last(x) + energy)
