import torch
import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self, n_mels, channels, latent):
        super().__init__()
        self.conv = nn.Conv1d(n_mels, channels, 5, padding=2)
        self.mu = nn.Conv1d(channels, latent, 1)
        self.logvar = nn.Conv1d(channels, latent, 1)

    def forward(self, mel):
        h = torch.relu(self.conv(mel))
        return self.mu(h), self.logvar(h)


class Decoder(nn.Module):
    def __init__(self, n_mels, channels, latent):
        super().__init__()
        self.inp = nn.Conv1d(latent, channels, 3, padding=1)
        self.out = nn.Conv1d(channels, n_mels, 5, padding=2)

    def forward(self, z):
        return self.out(torch.relu(self.inp(z)))
