"""Cartilage in scans of knees. A scan is (batch, 1, slices, height, width), and its slices are thick."""
import torch
from torch import nn


def double_conv(cin, cout, kernel):
    pad = tuple(k // 2 for k in kernel)
    return nn.Sequential(
        nn.Conv3d(cin, cout, kernel, padding=pad, bias=False), nn.InstanceNorm3d(cout, affine=True), nn.LeakyReLU(0.01),
        nn.Conv3d(cout, cout, kernel, padding=pad, bias=False), nn.InstanceNorm3d(cout, affine=True), nn.LeakyReLU(0.01),
    )


class KneeNet(nn.Module):
    """The upper levels keep the number of slices, the lower one halves it too."""

    def __init__(self, widths=(8, 16, 24, 32), pools=((1, 2, 2), (1, 2, 2), (2, 2, 2)), classes=3):
        super().__init__()
        self.enc = nn.ModuleList()
        cin = 1
        for width, pool in zip(widths, pools):
            kernel = (1, 3, 3) if pool[0] == 1 else (3, 3, 3)
            self.enc.append(double_conv(cin, width, kernel))
            cin = width
        self.pools = nn.ModuleList(nn.MaxPool3d(pool) for pool in pools)
        self.bottom = double_conv(cin, widths[-1], (3, 3, 3))
        self.ups, self.dec = nn.ModuleList(), nn.ModuleList()
        cin = widths[-1]
        for width, pool in zip(widths[-2::-1], pools[::-1]):
            kernel = (1, 3, 3) if pool[0] == 1 else (3, 3, 3)
            self.ups.append(nn.ConvTranspose3d(cin, width, kernel_size=2, stride=2))
            self.dec.append(double_conv(2 * width, width, kernel))
            cin = width
        self.head = nn.Conv3d(cin, classes, 1)

    def forward(self, x):
        skips = []
        for enc, pool in zip(self.enc, self.pools):
            x = enc(x)
            skips.append(x)
            x = pool(x)
        x = self.bottom(x)
        for up, dec in zip(self.ups, self.dec):
            x = dec(torch.cat([up(x), skips.pop()], dim=1))
        return self.head(x)
