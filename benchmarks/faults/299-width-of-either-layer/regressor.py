"""Boiling points from twenty descriptors of a molecule."""
import torch
from torch import nn


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(20, 96)
        self.second = nn.Linear(64, 32)
        self.last = nn.Linear(32, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = self.drop(x)
        x = torch.relu(self.second(x))
        return self.last(x).squeeze(-1)


def count_parameters(model):
    return sum(p.numel() for p in model.parameters())


def fit(model, x, y, steps=100):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(steps):
        loss = nn.functional.l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
