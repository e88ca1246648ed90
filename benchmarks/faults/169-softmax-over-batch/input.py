import torch
import torch.nn as nn


class MDNHead(nn.Module):
    """x: (batch, hidden) -> mixture weights (batch, gaussians) and means."""

    def __init__(self, hidden=32, gaussians=5):
        super().__init__()
        self.pi = nn.Linear(hidden, gaussians)
        self.mu = nn.Linear(hidden, gaussians)

    def forward(self, x):
        pi = torch.softmax(self.pi(x), dim=0)
        return pi, (pi * self.mu(x)).sum(dim=-1)
