"""Turn a recording into a logarithmic mel spectrogram and shift it towards another speaker's."""
import math

import torch

_windows = {}


def mel_basis(n_mels, n_fft, rate):
    """(n_mels, n_fft // 2 + 1): triangles equally wide on the mel scale."""
    mel = torch.linspace(0, 2595 * math.log10(1 + rate / 2 / 700), n_mels + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    freqs = torch.linspace(0, rate / 2, n_fft // 2 + 1)
    up = (freqs - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - freqs) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(up, down).clamp(min=0)


def spectrogram(y, n_fft=64, hop=16):
    """Magnitudes, (recordings, n_fft // 2 + 1, frames)."""
    if n_fft not in _windows:
        _windows[n_fft] = torch.hann_window(n_fft)
    pad = (n_fft - hop) // 2
    y = torch.nn.functional.pad(y.unsqueeze(1), (pad, pad), mode="reflect").squeeze(1)
    spec = torch.stft(y, n_fft, hop_length=hop, window=_windows[n_fft], center=False, onesided=True,
                      return_complex=True)
    spec = torch.sqrt(spec.pow(2).sum(-1) + 1e-6)
    return spec


def mel_spectrogram(y, n_mels=10, n_fft=64, rate=8000):
    spec = spectrogram(y, n_fft)
    mel = torch.matmul(mel_basis(n_mels, n_fft, rate), spec)
    return mel.clamp(min=1e-5).log()


def convert(source, target):
    """Moves the mean and spread of every mel band of the source onto those of the target."""
    a, b = mel_spectrogram(source), mel_spectrogram(target)
    a = (a - a.mean(dim=-1, keepdim=True)) / (a.std(dim=-1, keepdim=True) + 1e-5)
    return a * b.std(dim=-1, keepdim=True) + b.mean(dim=-1, keepdim=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    t = torch.arange(800) / 8000
    source = torch.sin(2 * math.pi * 440 * t)[None] + 0.01 * torch.randn(1, 800)
    target = torch.sin(2 * math.pi * 700 * t)[None] + 0.01 * torch.randn(1, 800)
    print(convert(source, target).shape)
