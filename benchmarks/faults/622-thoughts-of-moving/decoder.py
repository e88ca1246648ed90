"""Which movement somebody imagines, from an electroencephalogram (batch, channels, samples)."""
from torch import nn


class EEGNet(nn.Module):
    def __init__(self, channels, filters=8, depth=2, classes=4):
        super().__init__()
        wide = filters * depth
        self.temporal = nn.Sequential(nn.Conv2d(1, filters, (1, 33), padding=(0, 16), bias=False), nn.BatchNorm2d(filters))
        self.spatial = nn.Sequential(
            nn.Conv2d(filters, wide, (channels, 1), groups=filters, bias=False),
            nn.BatchNorm2d(wide), nn.ELU(), nn.AvgPool2d((1, 4)),
        )
        self.separable = nn.Sequential(
            nn.Conv2d(wide, wide, (1, 15), padding=(0, 7), groups=wide, bias=False),
            nn.Conv2d(wide, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ELU(),
        )
        self.head = nn.Linear(wide, classes)

    def forward(self, x):
        h = self.separable(self.spatial(self.temporal(x.unsqueeze(1))))
        return self.head(h.mean(dim=(2, 3)))
