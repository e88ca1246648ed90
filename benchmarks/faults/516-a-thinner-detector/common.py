"""The kinds of layers."""
import torch
import torch.nn as nn


class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1, g=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, k // 2, groups=g, bias=False)
        self.bn, self.act = nn.BatchNorm2d(c2), nn.SiLU() if act else nn.Identity()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, c1, c2):
        super().__init__()
        self.cv1, self.cv2, self.add = Conv(c1, c2 // 2), Conv(c2 // 2, c2, 3), c1 == c2

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.add else y


class GhostConv(nn.Module):
    def __init__(self, c1, c2, act=True):
        super().__init__()
        self.cv1, self.cv2 = Conv(c1, c2 // 2, act=act), Conv(c2 // 2, c2 // 2, 5, 1, c2 // 2, act)

    def forward(self, x):
        y = self.cv1(x)
        return torch.cat([y, self.cv2(y)], 1)


class GhostBottleneck(nn.Module):
    def __init__(self, c1, c2, k=3):
        super().__init__()
        self.conv = nn.Sequential(GhostConv(c1, c2 // 2), Conv(c2 // 2, c2 // 2, k, 1, c2 // 2, False),
                                  GhostConv(c2 // 2, c2, act=False))
        self.shortcut = nn.Identity() if c1 == c2 else Conv(c1, c2, act=False)

    def forward(self, x):
        return self.conv(x) + self.shortcut(x)


class SPP(nn.Module):
    def __init__(self, c1, c2, k=(3, 5)):
        super().__init__()
        self.cv1, self.cv2 = Conv(c1, c1 // 2), Conv(c1 // 2 * (len(k) + 1), c2)
        self.m = nn.ModuleList(nn.MaxPool2d(x, 1, x // 2) for x in k)

    def forward(self, x):
        x = self.cv1(x)
        return self.cv2(torch.cat([x] + [m(x) for m in self.m], 1))


class Concat(nn.Module):
    def forward(self, x):
        return torch.cat(x, 1)
