"""A loss of speech that counts what an ear hears: energies of bands, wide ones for high tones."""
import torch
import torch.nn as nn


def mel_matrix(freq_bins, n_mels, sample_rate=16000):
    """Triangles (freq_bins, n_mels) that overlap by half."""
    top = 2595 * torch.log10(torch.tensor(1 + sample_rate / 2 / 700))
    edges = 700 * (10 ** (torch.linspace(0, 1, n_mels + 2) * top / 2595) - 1)
    freqs = torch.linspace(0, sample_rate / 2, freq_bins)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    return torch.minimum((freqs - left) / (middle - left), (right - freqs) / (right - middle)).clamp(min=0)


class PerceptualLoss(nn.Module):
    def __init__(self, freq_bins=33, n_mels=8):
        super().__init__()
        self.freq_bins, self.n_mels = freq_bins, n_mels
        self.register_buffer("mel", mel_matrix(freq_bins, n_mels))

    def perceptual_transform(self, x):
        """Of magnitudes (batch, frequencies, time) the bands (batch, n_mels, time)."""
        batch, freq, time = x.shape
        bands = torch.matmul(x.contiguous().view(batch, time, freq), self.mel)
        bands = bands.view(batch, self.n_mels, time)
        return torch.log(bands + 1e-4)

    def forward(self, estimate, clean):
        return (self.perceptual_transform(estimate) - self.perceptual_transform(clean)).abs().mean()
