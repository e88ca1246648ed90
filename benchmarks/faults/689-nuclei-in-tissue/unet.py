"""A small U-Net that marks the nuclei of stained tissue."""
import torch
from torch import nn


def double_conv(cin, cout):
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(inplace=True),
        nn.Conv2d(cout, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, cin=3, classes=2, width=8):
        super().__init__()
        self.enc1 = double_conv(cin, width)
        self.enc2 = double_conv(width, width * 2)
        self.enc3 = double_conv(width * 2, width * 4)
        self.bottom = double_conv(width * 4, width * 8)
        self.pool = nn.MaxPool2d(2)

        self.up3 = nn.ConvTranspose2d(width * 8, width * 4, 2, stride=2)
        self.dec3 = double_conv(width * 8, width * 4)
        self.up2 = nn.ConvTranspose2d(width * 4, width * 2, 2, stride=2)
        self.dec2 = double_conv(width * 4, width * 2)
        self.up1 = nn.ConvTranspose2d(width * 2, width, 2, stride=2)
        self.dec1 = double_conv(width * 2, width)
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        e1 = self.enc1(x)
        e2 = self.enc2(self.pool(e1))
        e3 = self.enc3(self.pool(e2))
        b = self.bottom(self.pool(e3))

        d3 = self.up3(b)
        d3 = self.dec3(torch.cat([d3, e3], dim=1))
        d2 = self.up2(d3)
        d2 = self.dec2(torch.cat([d2, e2], dim=1))
        d1 = self.up1(d2)
        d1 = self.dec1(torch.cat([d1, e2], dim=1))
        return self.head(d1)


def dice(logits, target, eps=1e-6):
    p = logits.softmax(dim=1)[:, 1]
    overlap = (p * target).sum(dim=(1, 2))
    return ((2 * overlap + eps) / (p.sum(dim=(1, 2)) + target.sum(dim=(1, 2)) + eps)).mean()
