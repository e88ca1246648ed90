"""Which bird sings: log-mel features and a small CNN."""
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class AudioConfig:
    sample_rate: int = 16000
    n_fft: int = 1024
    hop_length: int = 256
    n_mels: int = 40
    f_min: float = 150.0
    f_max: float = 7500.0


def hz_to_mel(f):
    return 2595.0 * torch.log10(1.0 + f / 700.0)


def mel_to_hz(m):
    return 700.0 * (10.0 ** (m / 2595.0) - 1.0)


def mel_filters(cfg, n_freqs=257):
    """Triangular filters, (frequencies, mels)."""
    freqs = torch.linspace(0, cfg.sample_rate / 2, n_freqs)
    lo, hi = hz_to_mel(torch.tensor(cfg.f_min)), hz_to_mel(torch.tensor(cfg.f_max))
    points = mel_to_hz(torch.linspace(lo.item(), hi.item(), cfg.n_mels + 2))
    width = points[1:] - points[:-1]
    slopes = points[None, :] - freqs[:, None]
    down = -slopes[:, :-2] / width[:-1]
    up = slopes[:, 2:] / width[1:]
    return torch.minimum(down, up).clamp(min=0)


class LogMel(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.register_buffer("window", torch.hann_window(cfg.n_fft))
        self.register_buffer("fb", mel_filters(cfg))

    def forward(self, wave):
        spec = torch.stft(wave, self.cfg.n_fft, self.cfg.hop_length, window=self.window, return_complex=True)
        power = spec.abs().pow(2)
        mel = torch.matmul(power.transpose(1, 2), self.fb).transpose(1, 2)
        return (mel + 1e-6).log()


class BirdClassifier(nn.Module):
    def __init__(self, cfg=None, species=20):
        super().__init__()
        self.frontend = LogMel(cfg or AudioConfig())
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(64, species))

    def forward(self, wave):
        x = self.frontend(wave).unsqueeze(1)
        x = self.cnn(x)
        x = x.mean(dim=3).amax(dim=2)
        return self.head(x)
