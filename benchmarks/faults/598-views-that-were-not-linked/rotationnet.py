"""Each picture of a thing scores, for every view that it may be, every kind and "not this view"."""
import torch
from torch import nn


class RotationNet(nn.Module):
    def __init__(self, num_classes, nview, width=8):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.classifier = nn.Linear(width * 16, (num_classes + 1) * nview)

    def forward(self, x):
        return self.classifier(self.features(x))
