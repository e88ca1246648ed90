import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.conv1 = nn.Conv1d(channels, channels, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        return torch.relu(x + self.norm(self.conv1(x)))


class RhythmEncoder(nn.Module):
    """Eight leads, fifty samples per beat."""

    def __init__(self, leads=8, kernel=4, depth=3, classes=5):
        super().__init__()
        self.blocks = nn.Sequential(*[ResidualBlock(leads, kernel) for _ in range(depth)])
        self.out = nn.Linear(leads, classes)

    def features(self, x):
        return self.blocks(x).mean(dim=-1)

    def forward(self, x):
        return self.out(self.features(x))


def normalise(beats):
    beats = beats - beats.mean(dim=-1, keepdim=True)
    return beats / beats.std(dim=-1, keepdim=True).clamp(min=1e-6)
