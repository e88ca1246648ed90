"""A mel spectrum as a layer, for the loss of a neural codec."""
import torch
from torch import nn
import torch.nn.functional as F


def triangles(bands, bins):
    """Overlapping triangles, evenly spaced here: (bands, bins)."""
    centers = torch.linspace(0, bins - 1, bands + 2)
    places = torch.arange(bins).float()
    width = centers[1] - centers[0]
    return (1 - (places - centers[1:-1, None]).abs() / width).clamp(min=0)


class MelEnergy(nn.Module):
    """Takes (batch, 1, samples), gives the logarithm of the energy in each band, (batch, bands, frames)."""

    def __init__(self, size=64, hop=16, bands=10):
        super().__init__()
        self.size, self.hop = size, hop
        self.register_buffer("filters", triangles(bands, size // 2 + 1))
        self.register_buffer("window", torch.hann_window(size))

    def spectrum(self, sound):
        edge = (self.size - self.hop) // 2
        sound = F.pad(sound, (edge, edge), mode="reflect").squeeze(1)
        return torch.stft(sound, self.size, self.hop, window=self.window, center=False, return_complex=True)

    def forward(self, sound):
        # real and imaginary part, squared and summed
        energy = self.spectrum(sound).pow(2).sum(dim=-1)
        return torch.matmul(self.filters, energy).clamp(min=1e-5).log10()


if __name__ == "__main__":
    torch.manual_seed(0)
    mel = MelEnergy()
    a, b = torch.randn(2, 3, 1, 320)
    print(F.l1_loss(mel(a), mel(b)).item())
