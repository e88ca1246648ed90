"""Spectra made flatter, and made steep again."""
import torch


def power_compress(x):
    """Real and imaginary parts (B, F, T, 2) with the magnitude to the power of 0.3, as channels (B, 2, F, T)."""
    real, imag = x[..., 0], x[..., 1]
    scale = (real ** 2 + imag ** 2 + 1e-12) ** (0.5 * (0.3 - 1))
    return torch.stack([real * scale, imag * scale], dim=1)


def power_uncompress(real, imag):
    """The complex spectrum (B, F, T) of compressed parts."""
    scale = (real ** 2 + imag ** 2 + 1e-12) ** (0.5 * (1 / 0.3 - 1))
    return torch.complex(real * scale, imag * scale)
