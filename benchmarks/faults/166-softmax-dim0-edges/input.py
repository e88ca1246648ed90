import torch
import torch.nn as nn


class CircuitPool(nn.Module):
    """One graph at a time: x is (nodes, feats), there is no batch axis."""

    def __init__(self, feats=12, hidden=20, targets=3):
        super().__init__()
        self.gate = nn.Linear(feats, 1)
        self.value = nn.Linear(feats, hidden)
        self.out = nn.Linear(hidden, targets)

    def forward(self, x):
        alpha = torch.softmax(self.gate(x), dim=0)
        graph = (alpha * self.value(x)).sum(dim=0)
        return self.out(graph)
