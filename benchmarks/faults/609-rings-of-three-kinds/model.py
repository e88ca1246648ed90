"""A velocity field for flow matching in the plane, which knows a class or does not."""
import torch
from torch import nn


class Velocity(nn.Module):
    def __init__(self, classes, width, label_dim, drop):
        super().__init__()
        self.drop = drop
        self.labels = nn.Embedding(classes, label_dim)
        self.null = nn.Parameter(torch.randn(label_dim) * 0.02)
        self.net = nn.Sequential(
            nn.Linear(2 + 2 + label_dim, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )

    def condition(self, labels):
        """What is known of each sample; while training some are told nothing."""
        emb = self.labels(labels)
        if self.training and self.drop > 0:
            forget = torch.rand(len(labels), device=emb.device) < self.drop
            emb = torch.where(forget, self.null, emb)
        return emb

    def forward(self, x, t, cond):
        angle = t * torch.pi / 2
        return self.net(torch.cat([x, angle.sin(), angle.cos(), cond], dim=-1))

    def guided(self, x, t, labels, scale):
        told = self(x, t, self.condition(labels))
        untold = self(x, t, self.null.expand(len(x), -1))
        return untold + scale * (told - untold)
