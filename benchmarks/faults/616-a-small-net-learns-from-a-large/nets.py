import torch
from torch import nn


class TableNet(nn.Module):
    """Rows of numbers to classes; gives its last hidden features too."""

    def __init__(self, features, width, depth, classes):
        super().__init__()
        sizes = [features] + [width] * depth
        self.body = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:])))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        h = self.body(x)
        return self.head(h), h


def count(net):
    return sum(p.numel() for p in net.parameters())
