"""Clusters of pictures without labels: each view predicts the assignment of the other."""
import torch
from torch import nn
from torch.nn import functional as F


@torch.no_grad()
def sinkhorn(scores, eps=0.05, rounds=3):
    """Soft assignments whose clusters are equally full."""
    q = torch.exp((scores - scores.max()) / eps).t()
    k, b = q.shape
    q /= q.sum()
    for _ in range(rounds):
        q /= q.sum(dim=1, keepdim=True) * k
        q /= q.sum(dim=0, keepdim=True) * b
    return (q * b).t()


class Backbone(nn.Sequential):
    def __init__(self, width):
        super().__init__(
            nn.Conv2d(3, width, 3, 2, 1), nn.GroupNorm(4, width), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.GroupNorm(4, 2 * width), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )


class SwAV(nn.Module):
    def __init__(self, width=16, dim=12, prototypes=12, temperature=0.1):
        super().__init__()
        self.temperature = temperature
        self.backbone = Backbone(width)
        self.projector = nn.Sequential(nn.Linear(2 * width, 2 * width), nn.BatchNorm1d(2 * width), nn.ReLU(), nn.Linear(2 * width, dim))
        self.prototypes = nn.Linear(dim, prototypes, bias=False)

    @torch.no_grad()
    def normalize_prototypes(self):
        self.prototypes.weight.copy_(F.normalize(self.prototypes.weight, dim=1))

    def forward(self, first, second):
        self.normalize_prototypes()
        z = F.normalize(self.projector(self.backbone(torch.cat([first, second]))), dim=1)
        scores = self.prototypes(z)
        a, b = scores.chunk(2)
        loss = 0.0
        for target, guess in ((a, b), (b, a)):
            q = sinkhorn(target)
            loss = loss - (q * F.log_softmax(guess / self.temperature, dim=1)).sum(dim=1).mean()
        return loss / 2
