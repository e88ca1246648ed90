"""Tiny video autoencoder for latent diffusion: [batch, channel, frame, row, column]."""
from typing import Optional, Tuple

import torch
from torch import Tensor, nn


class DiagonalGaussian:
    def __init__(self, parameters: Tensor):
        self.mean, logvar = parameters.chunk(2, dim=1)
        self.logvar = logvar.clamp(-30.0, 20.0)
        self.std = torch.exp(0.5 * self.logvar)
        self.var = torch.exp(self.logvar)

    def sample(self, generator: Optional[torch.Generator] = None) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator)
        return self.mean + self.std * noise

    def mode(self) -> Tensor:
        return self.mean

    def kl(self, other: Optional["DiagonalGaussian"] = None) -> Tensor:
        """one number for each clip"""
        dims = list(self.mean.shape)[1:]
        if other is None:
            return 0.5 * torch.sum(self.mean.pow(2) + self.var - 1.0 - self.logvar, dim=dims)
        return 0.5 * torch.sum(
            (self.mean - other.mean).pow(2) / other.var + self.var / other.var - 1.0 - self.logvar + other.logvar, dim=dims)


class VideoVAE(nn.Module):
    def __init__(self, latent: int = 16, width: int = 16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv3d(3, width, 3, stride=(1, 2, 2), padding=1), nn.SiLU(),
            nn.Conv3d(width, 2 * latent, 3, stride=(2, 2, 2), padding=1))
        self.decoder = nn.Sequential(
            nn.ConvTranspose3d(latent, width, (2, 4, 4), stride=(2, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.ConvTranspose3d(width, 3, (3, 4, 4), stride=(1, 2, 2), padding=1))

    def forward(self, clip: Tensor) -> Tuple[Tensor, Tensor]:
        posterior = DiagonalGaussian(self.encoder(clip))
        rec = self.decoder(posterior.sample())
        return rec, posterior.kl()
