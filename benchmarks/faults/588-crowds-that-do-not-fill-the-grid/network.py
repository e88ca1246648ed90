"""Counts in cells, and divides the cells in which there are too many."""
import torch
from torch import nn


def count_merge_low2high(clow, chigh):
    """Every coarse count is spread over the fine cells that it covers."""
    rate = max(round(chigh.size(-1) / clow.size(-1)), round(chigh.size(-2) / clow.size(-2)))
    norm = 1.0 / (rate * rate)
    cl2h = torch.zeros_like(chigh)
    for rx in range(rate):
        for ry in range(rate):
            cl2h[:, :, rx::rate, ry::rate] = clow * norm
    return cl2h


class SDCNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        layers, ch = [], 3
        for _ in range(3):
            layers += [nn.Conv2d(ch, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            ch = width
        self.conv3 = nn.Sequential(*layers)
        self.conv4 = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Conv2d(width, 1, 1)
        self.divide = nn.Sequential(nn.Conv2d(2 * width, width, 1), nn.ReLU(), nn.Conv2d(width, 1, 1), nn.Sigmoid())
        self.up = nn.Upsample(scale_factor=2)

    def forward(self, x):
        """The counts of cells of eight by eight pixels."""
        f3 = self.conv3(x)
        f4 = self.conv4(f3)
        chigh, clow = torch.relu(self.fc(f3)), torch.relu(self.fc(f4))
        spread = count_merge_low2high(clow, chigh)
        w = self.divide(torch.cat([f3, self.up(f4)], dim=1))
        return w * chigh + (1 - w) * spread
