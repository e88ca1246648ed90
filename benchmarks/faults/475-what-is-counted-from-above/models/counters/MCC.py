"""A map for each kind of object."""
import torch
from torch import nn


class SCAModule(nn.Module):
    """Weigh the places and the channels, then make the maps."""

    def __init__(self, inn, out):
        super().__init__()
        self.place = nn.Conv2d(inn, 1, 3, padding=1)
        self.channel = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(inn, inn, 1), nn.Sigmoid())
        self.out = nn.Conv2d(inn, out, 1)

    def forward(self, x):
        return self.out(x * torch.sigmoid(self.place(x)) * self.channel(x))


class MCC(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                      nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU())
        self.project_out = 2 * width
        self.output_layer = SCAModule(self.project_out, 6)

    def forward(self, x):
        return self.output_layer(self.backbone(x))
