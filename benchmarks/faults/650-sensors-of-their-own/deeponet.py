"""DeepONet for a diffusion-reaction system: from a source term to the solution at points (x, t) of each sample."""
import torch
from torch import nn


def mlp(sizes, act=nn.Tanh):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i < len(sizes) - 2:
            layers.append(act())
    return nn.Sequential(*layers)


class FourierFeatures(nn.Module):
    def __init__(self, dims, count, scale=1.0):
        super().__init__()
        self.register_buffer("freq", scale * torch.randn(dims, count))

    def forward(self, y):
        z = 2 * torch.pi * y @ self.freq
        return torch.cat([z.sin(), z.cos()], dim=-1)


class DeepONet(nn.Module):
    """
    u: (batch, sensors), the source at fixed places
    y: (batch, points, 2), where the solution is asked for
    returns (batch, points)
    """

    def __init__(self, sensors=50, dims=2, width=48, p=32):
        super().__init__()
        self.features = FourierFeatures(dims, 12)
        self.branch = mlp([sensors, width, width, p])
        self.trunk = mlp([24, width, width, p])
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, u, y):
        b = self.branch(u)
        t = torch.tanh(self.trunk(self.features(y)))
        return torch.einsum("bp,np->bn", b, t) + self.bias


def relative_l2(pred, true):
    return ((pred - true).norm(dim=1) / true.norm(dim=1)).mean()
