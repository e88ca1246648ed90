import torch
from torch import nn


class Enhancer(nn.Module):
    """Strided encoder, latent noise beside the code, transposed decoder."""

    def __init__(self, latent):
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv1d(1, 8, 31, 4, 15), nn.PReLU(),
            nn.Conv1d(8, 16, 31, 4, 15), nn.PReLU())
        self.up = nn.Sequential(
            nn.ConvTranspose1d(16 + latent, 8, 8, 4, 2), nn.PReLU(),
            nn.ConvTranspose1d(8, 1, 8, 4, 2), nn.Tanh())

    def forward(self, noisy, z):
        code = self.down(noisy)
        return self.up(torch.cat((code, z), dim=1))
