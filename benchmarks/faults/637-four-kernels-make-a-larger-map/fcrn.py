"""Depth from one picture: four small kernels, whose maps are woven into one of twice the size."""
import torch
import torch.nn.functional as F
from torch import nn


class UpConv(nn.Module):
    def __init__(self, batch_size, in_channels, out_channels):
        super().__init__()
        self.batch_size = batch_size
        self.conv1 = nn.Conv2d(in_channels, out_channels, (3, 3))
        self.conv2 = nn.Conv2d(in_channels, out_channels, (2, 3))
        self.conv3 = nn.Conv2d(in_channels, out_channels, (3, 2))
        self.conv4 = nn.Conv2d(in_channels, out_channels, (2, 2))
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        height, width = x.shape[2:]
        out1 = self.conv1(F.pad(x, (1, 1, 1, 1)))
        out2 = self.conv2(F.pad(x, (1, 1, 1, 0)))
        out3 = self.conv3(F.pad(x, (1, 0, 1, 1)))
        out4 = self.conv4(F.pad(x, (1, 0, 1, 0)))
        upper = torch.stack((out1, out2), dim=4).view(self.batch_size, -1, height, 2 * width)
        lower = torch.stack((out3, out4), dim=4).view(self.batch_size, -1, height, 2 * width)
        out = torch.stack((upper, lower), dim=3).view(self.batch_size, -1, 2 * height, 2 * width)
        return F.relu(self.bn(out))


class FCRN(nn.Module):
    def __init__(self, batch_size, ch=16):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(3, ch, 3, stride=2, padding=1), nn.BatchNorm2d(ch), nn.ReLU(),
            nn.Conv2d(ch, 2 * ch, 3, stride=2, padding=1), nn.BatchNorm2d(2 * ch), nn.ReLU(),
        )
        self.up1 = UpConv(batch_size, 2 * ch, ch)
        self.up2 = UpConv(batch_size, ch, ch // 2)
        self.depth = nn.Conv2d(ch // 2, 1, 3, padding=1)

    def forward(self, x):
        return self.depth(self.up2(self.up1(self.encode(x))))
