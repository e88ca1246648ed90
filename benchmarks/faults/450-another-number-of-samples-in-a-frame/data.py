"""Sounds, and their spectra."""
import torch
from torch import nn
from torch.utils.data import Dataset


class AudioDataset(Dataset):
    """Segments of the same length, cut at a random place."""

    def __init__(self, segment_length, count=6, samples=2000):
        self.segment_length = segment_length
        time = torch.arange(samples) / 4000
        self.sounds = [torch.sin(2 * torch.pi * (200 + 90 * i) * time) for i in range(count)]

    def __len__(self):
        return len(self.sounds)

    def __getitem__(self, index):
        sound = self.sounds[index]
        start = int(torch.randint(0, len(sound) - self.segment_length + 1, ()))
        return sound[start:start + self.segment_length]


class MelSpectrogram(nn.Module):
    """The strength of some bands in each frame of ``hop_length`` samples: (batch, bands, frames)."""

    def __init__(self, hop_length, n_mels):
        super().__init__()
        self.hop_length, self.n_mels = hop_length, n_mels

    def forward(self, audio):
        frames = audio.unfold(-1, self.hop_length, self.hop_length)
        power = torch.fft.rfft(frames).abs()
        bands = nn.functional.adaptive_avg_pool1d(power, self.n_mels)
        return torch.log10(bands.clamp(min=1e-5)).transpose(1, 2)
