"""Several small nets forecast the river together, and are judged by how well their spread fits."""
import torch
from torch import nn


class ParallelLinear(nn.Module):
    """One linear layer for each member; all members at once."""

    def __init__(self, members, cin, cout):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(members, cin, cout) / cin**0.5)
        self.bias = nn.Parameter(torch.zeros(members, 1, cout))

    def forward(self, x):
        return x @ self.weight + self.bias


class Ensemble(nn.Module):
    """(batch, past) becomes (members, batch, horizon)."""

    def __init__(self, members=7, past=6, hidden=16, horizon=3):
        super().__init__()
        self.layers = nn.Sequential(
            ParallelLinear(members, past, hidden), nn.Tanh(), ParallelLinear(members, hidden, horizon)
        )

    def forward(self, x):
        return self.layers(x)


def crps(forecasts, truth):
    """The continuous ranked probability score of each forecast, (batch, horizon): smaller is better."""
    miss = (forecasts - truth).abs().mean(dim=0)
    spread = (forecasts.unsqueeze(0) - forecasts.unsqueeze(1)).abs().mean(dim=(0, 1))
    return miss - 0.5 * spread


class EnsembleScore(nn.Module):
    """What is trained: the mean score, days far away counting less."""

    def __init__(self, members=7, past=6, horizon=3, decay=0.8):
        super().__init__()
        self.ensemble = Ensemble(members, past, horizon=horizon)
        self.register_buffer("weights", decay ** torch.arange(horizon))

    def forward(self, past, future):
        scores = crps(self.ensemble(past), future)
        return (scores * self.weights).sum(dim=-1).mean() / self.weights.sum()
