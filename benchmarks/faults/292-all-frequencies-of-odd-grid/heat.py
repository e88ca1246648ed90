import torch
import torch.nn as nn


class SpectralConv1d(nn.Module):
    def __init__(self, channels, modes):
        super().__init__()
        self.modes = modes
        self.weight = nn.Parameter(torch.randn(channels, channels, modes, 2) / channels)

    def forward(self, x):
        f = torch.fft.rfft(x)
        kept = min(self.modes, f.size(-1))
        w = torch.view_as_complex(self.weight)[..., :kept]
        out = torch.zeros_like(f)
        out[..., :kept] = torch.einsum("bix,iox->box", f[..., :kept], w)
        return torch.fft.irfft(out, n=x.size(-1))


class HeatOperator(nn.Module):
    """Temperature along a rod now -> later, on any grid."""

    def __init__(self, channels=10, modes=17):
        super().__init__()
        self.lift = nn.Conv1d(2, channels, 1)
        self.spectral = SpectralConv1d(channels, modes)
        self.local = nn.Conv1d(channels, channels, 1)
        self.project = nn.Conv1d(channels, 1, 1)

    def forward(self, u):
        grid = torch.linspace(0, 1, u.size(-1)).expand(u.size(0), 1, -1)
        h = self.lift(torch.cat([u, grid], dim=1))
        return self.project(torch.tanh(self.spectral(h) + self.local(h)))
