"""Recognises one of ten spoken commands in half a second of sound."""
import torch
from torch import nn


class LogBands(nn.Module):
    """Waveforms become the logarithm of energies in bands, (batch, bands, frames)."""

    def __init__(self, n_fft=256, hop=128, bands=40):
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        edges = torch.linspace(0, n_fft // 2, bands + 2)
        bins = torch.arange(n_fft // 2 + 1).float()
        rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
        falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
        self.register_buffer("filters", torch.minimum(rising, falling).clamp(min=0))
        self.register_buffer("window", torch.hann_window(n_fft))

    def forward(self, wave):
        spec = torch.stft(wave, self.n_fft, self.hop, window=self.window, return_complex=True)
        return torch.log(self.filters @ spec.abs().square() + 1e-6)


class SpecAugment(nn.Module):
    """While training, hides some bands next to each other and some frames next to each other."""

    def __init__(self, max_bands=8, max_frames=10):
        super().__init__()
        self.max_bands, self.max_frames = max_bands, max_frames

    @staticmethod
    def span(length, width):
        start = int(torch.randint(0, length - width + 1, ()))
        mask = torch.zeros(length, dtype=torch.bool)
        mask[start:start + width] = True
        return mask

    def forward(self, spec):
        if not self.training:
            return spec
        fill = spec.mean()
        spec = spec.clone()
        band_mask = self.span(spec.size(1), self.max_bands)
        time_mask = self.span(spec.size(2), self.max_frames)
        spec[:, band_mask] = fill
        spec[:, time_mask] = fill
        return spec


class KeywordNet(nn.Module):
    def __init__(self, bands=40, width=32, classes=10):
        super().__init__()
        self.bands = LogBands(bands=bands)
        self.augment = SpecAugment()
        self.net = nn.Sequential(
            nn.BatchNorm1d(bands),
            nn.Conv1d(bands, width, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(width, width, 5, padding=2), nn.ReLU(), nn.AdaptiveMaxPool1d(1),
        )
        self.head = nn.Linear(width, classes)

    def forward(self, wave):
        return self.head(self.net(self.augment(self.bands(wave))).flatten(1))
