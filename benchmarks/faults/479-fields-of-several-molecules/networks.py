"""Capsules for the field of force around a molecule, and the field made again from the loudest of them."""
import torch
from torch import nn
import torch.nn.functional as F


def squash(x, dim=-1):
    norm = x.norm(dim=dim, keepdim=True)
    return norm ** 2 / (1 + norm ** 2) * x / (norm + 1e-8)


class PrimaryCaps(nn.Module):
    """(batch, channels, D, D, D) to capsules (batch, number, size)."""

    def __init__(self, in_channels, capsules=6, size=4):
        super().__init__()
        self.size = size
        self.conv = nn.Conv3d(in_channels, capsules * size, 3, stride=2, padding=1)

    def forward(self, x):
        u = self.conv(x)
        return squash(u.reshape(u.size(0), -1, self.size, *u.shape[2:]).transpose(2, -1).flatten(1, -2))


class DigitCaps(nn.Module):
    def __init__(self, num_in, in_size, num_caps, out_size, iterations=2):
        super().__init__()
        self.iterations = iterations
        self.weights = nn.Parameter(0.1 * torch.randn(num_caps, num_in, out_size, in_size))

    def forward(self, u):
        u_hat = torch.einsum("ciok,bik->bcio", self.weights, u)
        b = torch.zeros_like(u_hat[..., 0])
        for _ in range(self.iterations):
            v = squash((b.softmax(1).unsqueeze(-1) * u_hat).sum(2))
            b = b + torch.einsum("bcio,bco->bci", u_hat, v)
        return v


class Decoder(nn.Module):
    """Make the fields from the capsules that are on."""

    def __init__(self, num_caps, caps_size, fields, side):
        super().__init__()
        self.num_caps, self.caps_size, self.fields, self.side = num_caps, caps_size, fields, side
        self.layers = nn.Sequential(nn.Linear(num_caps * caps_size, 32), nn.ReLU(),
                                    nn.Linear(32, fields * side ** 3))

    def forward(self, v, mask):
        masked = (mask * v).view(-1, self.num_caps * self.caps_size)
        return self.layers(masked).view(-1, self.fields, self.side, self.side, self.side)


class ForceFieldCapsNet(nn.Module):
    def __init__(self, fields=2, side=8, num_caps=7, caps_size=5, keep=3):
        super().__init__()
        self.keep = keep
        self.conv = nn.Conv3d(fields, 6, 3, stride=2, padding=1)
        self.primary = PrimaryCaps(6)
        self.digits = DigitCaps(6 * (side // 4) ** 3, 4, num_caps, caps_size)
        self.decoder = Decoder(num_caps, caps_size, fields, side)

    def forward(self, ff):
        """Fields (batch, fields, D, D, D) to capsules (batch, capsules, size) and fingerprints (batch, 1, capsules)."""
        v = self.digits(self.primary(torch.relu(self.conv(ff))))
        return v, v.norm(dim=-1).unsqueeze(1)

    def reconstruct(self, v, fp):
        """Only the loudest capsules of each molecule are on."""
        index = fp.topk(self.keep, dim=-1)[1]
        mask = torch.zeros_like(fp).scatter(-1, index, 1.0).unsqueeze(-1)
        return self.decoder(v, mask)

    def reconstruction_loss(self, ff, v, fp, weight=0.5):
        reconstructions = self.reconstruct(v, fp)
        return weight * F.mse_loss(reconstructions, ff)


def similarity(fp):
    """How much the molecules are alike, (batch, batch)."""
    f = F.normalize(fp.squeeze(1), dim=1)
    return f @ f.t()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = ForceFieldCapsNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for molecules in (1, 5, 5, 5):
        ff = torch.randn(molecules, 2, 8, 8, 8)
        v, fp = model(ff)
        loss = model.reconstruction_loss(ff, v, fp)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{molecules} molecules: {loss.item():.4f}, alike {similarity(fp.detach()).mean().item():.3f}")
