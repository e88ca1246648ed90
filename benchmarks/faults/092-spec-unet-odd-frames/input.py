"""Mask-estimating U-Net for magnitude spectrograms (batch, 1, freq, frames)."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(),
        )

    def forward(self, x):
        return self.body(x)


class Up(nn.Module):
    def __init__(self, cin, skip, cout):
        super().__init__()
        self.up = nn.ConvTranspose2d(cin, cin // 2, 2, stride=2)
        self.conv = ConvBlock(cin // 2 + skip, cout)

    def forward(self, x, skip):
        x = self.up(x)
        return self.conv(torch.cat([skip, x], dim=1))


class SpecUNet(nn.Module):
    def __init__(self, ch=8):
        super().__init__()
        self.e1 = ConvBlock(1, ch)
        self.e2 = ConvBlock(ch, 2 * ch)
        self.e3 = ConvBlock(2 * ch, 4 * ch)
        self.mid = ConvBlock(4 * ch, 8 * ch)
        self.u3 = Up(8 * ch, 4 * ch, 4 * ch)
        self.u2 = Up(4 * ch, 2 * ch, 2 * ch)
        self.u1 = Up(2 * ch, ch, ch)
        self.mask = nn.Conv2d(ch, 1, 1)

    def forward(self, spec):
        a = self.e1(spec)
        b = self.e2(F.max_pool2d(a, 2))
        c = self.e3(F.max_pool2d(b, 2))
        m = self.mid(F.max_pool2d(c, 2))
        y = self.u1(self.u2(self.u3(m, c), b), a)
        return spec * torch.sigmoid(self.mask(y))
