"""Attention-based multiple instance learning: is there a leukaemic cell in a smear?

A smear is a bag of cells, and only the bag has a label.
"""
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Settings:
    features: int = 16
    hidden: int = 32
    attention: int = 16
    cells: int = 30
    steps: int = 120
    batch: int = 16
    lr: float = 3e-3


class AttentionMIL(nn.Module):
    def __init__(self, s: Settings):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(s.features, s.hidden), nn.ReLU())
        self.V = nn.Linear(s.hidden, s.attention)
        self.U = nn.Linear(s.hidden, s.attention)
        self.w = nn.Linear(s.attention, 1)
        self.classifier = nn.Linear(s.hidden, 1)

    def forward(self, bags):
        """bags: (batch, cells, features) -> logits (batch,) and the weight of every cell (batch, cells)"""
        h = self.encoder(bags)
        scores = self.w(torch.tanh(self.V(h)) * torch.sigmoid(self.U(h)))
        weights = F.softmax(scores, dim=-1)
        bag = (weights * h).sum(dim=1)
        return self.classifier(bag).squeeze(-1), weights.squeeze(-1)


def smears(count, s: Settings):
    bags = torch.randn(count, s.cells, s.features)
    labels = torch.randint(0, 2, (count,)).float()
    where = torch.randint(0, s.cells, (count,))
    bags[torch.arange(count), where, :4] += 3.0 * labels[:, None]
    return bags, labels, where


def train(s: Settings):
    model = AttentionMIL(s)
    optimizer = torch.optim.Adam(model.parameters(), lr=s.lr)
    for step in range(s.steps):
        bags, labels, _ = smears(s.batch, s)
        logits, _ = model(bags)
        loss = F.binary_cross_entropy_with_logits(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    settings = Settings()
    model = train(settings)
    with torch.no_grad():
        bags, labels, where = smears(200, settings)
        logits, weights = model(bags)
        ill = labels == 1
        found = (weights.argmax(dim=1) == where)[ill].float().mean()
        print(f"accuracy {((logits > 0) == ill).float().mean():.3f}, cell found in {found:.3f}")
