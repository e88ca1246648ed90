"""The networks: of each place, or of each crop, offsets of a box and the odds of no face and of a face."""
import torch
from torch import nn
import torch.nn.functional as F


class PNet(nn.Module):
    """Pictures (batch, 3, h, w) to offsets (batch, 4, h', w') and probabilities (batch, 2, h', w')."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 10, 3), nn.PReLU(10), nn.MaxPool2d(2, 2, ceil_mode=True),
            nn.Conv2d(10, 16, 3), nn.PReLU(16), nn.Conv2d(16, 32, 3), nn.PReLU(32))
        self.conv4_1 = nn.Conv2d(32, 2, 1)
        self.conv4_2 = nn.Conv2d(32, 4, 1)

    def forward(self, x):
        x = self.features(x)
        a = self.conv4_1(x)
        b = self.conv4_2(x)
        a = F.softmax(a, dim=-1)
        return b, a


class RNet(nn.Module):
    """Crops (n, 3, 24, 24) to offsets (n, 4) and probabilities (n, 2)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 12, 3), nn.PReLU(12), nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(12, 24, 3), nn.PReLU(24), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Flatten(),
            nn.Linear(24 * 4 * 4, 32), nn.PReLU(32))
        self.conv5_1 = nn.Linear(32, 2)
        self.conv5_2 = nn.Linear(32, 4)

    def forward(self, x):
        x = self.features(x)
        a = self.conv5_1(x)
        b = self.conv5_2(x)
        a = F.softmax(a, dim=-1)
        return b, a
