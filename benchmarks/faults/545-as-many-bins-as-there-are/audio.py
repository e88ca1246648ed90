"""Spectrograms, and their frequencies as an ear hears them; with the defaults that such functions have."""
import math

import torch
from torch import nn


def hz_to_mel(f):
    return 2595.0 * math.log10(1.0 + f / 700.0)


def mel_to_hz(m):
    return 700.0 * (10.0 ** (m / 2595.0) - 1.0)


class Spectrogram(nn.Module):
    def __init__(self, n_fft=64, hop_length=None):
        super().__init__()
        self.n_fft, self.hop_length = n_fft, hop_length or n_fft // 2
        self.register_buffer("window", torch.hann_window(n_fft))

    def forward(self, wave):
        spec = torch.stft(wave, self.n_fft, self.hop_length, window=self.window, return_complex=True)
        return spec.abs().pow(2)


class MelScale(nn.Module):
    """(..., n_stft, time) to (..., n_mels, time)."""

    def __init__(self, n_mels=20, sample_rate=1600, f_min=0.0, n_stft=33):
        super().__init__()
        freqs = torch.linspace(0, sample_rate / 2, n_stft)
        mels = torch.linspace(hz_to_mel(f_min), hz_to_mel(sample_rate / 2), n_mels + 2)
        points = mel_to_hz(mels)
        rise = (freqs[:, None] - points[:-2]) / (points[1:-1] - points[:-2])
        fall = (points[2:] - freqs[:, None]) / (points[2:] - points[1:-1])
        self.register_buffer("fb", torch.minimum(rise, fall).clamp(min=0))

    def forward(self, specgram):
        return (specgram.transpose(-1, -2) @ self.fb).transpose(-1, -2)
