import torch
from torch import nn


class SpectralGain(nn.Module):
    """A learnable real gain per channel on a fixed grid of relative frequencies."""

    def __init__(self, channels: int, knots: int = 12):
        super().__init__()
        self.log_gain = nn.Parameter(torch.zeros(channels, knots))

    def curve(self, bins: int) -> torch.Tensor:
        gain = nn.functional.interpolate(self.log_gain[None], size=bins, mode="linear", align_corners=True)
        return gain[0].exp()

    def forward(self, strain: torch.Tensor) -> torch.Tensor:
        spectrum = torch.fft.rfft(strain, dim=-1)
        spectrum = spectrum * self.curve(spectrum.size(-1))
        return torch.fft.irfft(spectrum, dim=-1)


class SpectralDenoiser(nn.Module):
    """Detector strain in, strain without the lines out (any number of samples)."""

    def __init__(self, channels: int = 3, depth: int = 2):
        super().__init__()
        self.gains = nn.ModuleList(SpectralGain(channels) for _ in range(depth))
        self.mixes = nn.ModuleList(nn.Conv1d(channels, channels, 3, padding=1) for _ in range(depth))

    def forward(self, strain):
        x = strain
        for gain, mix in zip(self.gains, self.mixes):
            x = x + torch.tanh(mix(gain(x)))
        return x
