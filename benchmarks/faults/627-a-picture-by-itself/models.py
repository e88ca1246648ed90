"""Scenes: features of a small residual net, and a classifier."""
from torch import nn


class Residual(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(ch, ch, 3, padding=1), nn.BatchNorm2d(ch), nn.ReLU(), nn.Conv2d(ch, ch, 3, padding=1))

    def forward(self, x):
        return (x + self.body(x)).relu()


class SceneNet(nn.Module):
    def __init__(self, num_classes=10, ch=12):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, ch, 5, stride=2, padding=2), nn.ReLU(), Residual(ch), Residual(ch))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(ch, num_classes)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.classifier(x.squeeze())
