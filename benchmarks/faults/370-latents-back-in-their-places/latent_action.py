"""Describe what happens between two frames of a robot's camera by a few numbered latent actions."""
import torch
from torch import nn


class NoiseSubstitution(nn.Module):
    """Quantizer that in training adds noise as long as the error of the nearest code."""

    def __init__(self, dim, code_dim=4, codes=8):
        super().__init__()
        self.code_dim = code_dim
        self.codebook = nn.Parameter(torch.randn(codes, code_dim))
        self.project_in = nn.Linear(dim, code_dim)
        self.project_out = nn.Linear(code_dim, dim)

    def encode(self, x):
        """(batch, places, dim) to the code vectors of all places under each other."""
        x = self.project_in(x)
        return x.reshape(-1, self.code_dim)

    def decode(self, flat, batch):
        """The way back: (batch, places, dim)."""
        x = flat.reshape(batch, self.code_dim, -1)
        x = x.permute(0, 2, 1).contiguous()
        return self.project_out(x)

    def nearest(self, flat):
        return torch.cdist(flat, self.codebook).argmin(dim=-1)

    def forward(self, x):
        batch, places, _ = x.shape
        flat = self.encode(x)
        indices = self.nearest(flat)
        codes = self.codebook[indices]
        if self.training:
            noise = torch.randn_like(flat)
            length = (flat - codes).norm(dim=-1, keepdim=True) / noise.norm(dim=-1, keepdim=True)
            codes = flat + noise * length
        return self.decode(codes, batch), indices.view(batch, places)

    def from_indices(self, indices):
        return self.decode(self.codebook[indices].flatten(0, 1), indices.shape[0])


class LatentAction(nn.Module):
    """Encodes the change from one frame to the next at a 3 x 3 grid and draws the next frame from it."""

    def __init__(self, dim=16, grid=3):
        super().__init__()
        self.grid = grid
        self.see = nn.Conv2d(3, dim, 4, stride=4)
        self.quantise = NoiseSubstitution(dim)
        self.draw = nn.ConvTranspose2d(2 * dim, 3, 4, stride=4)

    def forward(self, first, second):
        a, b = self.see(first), self.see(second)
        change, indices = self.quantise((b - a).flatten(2).transpose(1, 2))
        change = change.transpose(1, 2).unflatten(2, (self.grid, self.grid))
        return self.draw(torch.cat([a, change], dim=1)), indices


if __name__ == "__main__":
    torch.manual_seed(0)
    model = LatentAction()
    first, second = torch.randn(2, 2, 3, 12, 12)
    drawn, indices = model(first, second)
    print(nn.functional.mse_loss(drawn, second).item(), indices.shape)
