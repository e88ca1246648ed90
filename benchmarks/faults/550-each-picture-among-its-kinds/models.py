"""Networks that are asked for what a picture shows and for the features by which others like it are found."""
import torch
from torch import nn


class ConvFeatures(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )

    def forward(self, x):
        return self.layers(x)


class ServedNet(nn.Module):
    """Pictures (batch, 3, height, width) to probabilities of the kinds and features."""

    def __init__(self, num_classes=5, width=12):
        super().__init__()
        self.features = ConvFeatures(width)
        self.classifier = nn.Linear(width, num_classes)

    def logits(self, x):
        return self.classifier(self.features(x))

    def forward(self, x):
        features = self.features(x)
        predictions = self.classifier(features)
        return torch.softmax(predictions, dim=0), features
