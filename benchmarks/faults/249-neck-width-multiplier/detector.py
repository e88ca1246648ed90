"""A detector with a width multiplier, reduced to backbone, top-down neck and heads."""
import torch
from torch import nn


def scale(channels, width):
    return int(channels * width)


def conv(cin, cout, k=3, s=1):
    return nn.Sequential(nn.Conv2d(cin, cout, k, s, k // 2, bias=False), nn.BatchNorm2d(cout), nn.SiLU())


class Backbone(nn.Module):
    def __init__(self, width):
        super().__init__()
        c3, c4, c5 = [scale(c, width) for c in (48, 96, 192)]
        self.stem = nn.Sequential(conv(3, 24, 3, 2), conv(24, 24, 3, 2))
        self.stage3 = conv(24, c3, 3, 2)
        self.stage4 = conv(c3, c4, 3, 2)
        self.stage5 = conv(c4, c5, 3, 2)

    def forward(self, x):
        p3 = self.stage3(self.stem(x))
        p4 = self.stage4(p3)
        return p3, p4, self.stage5(p4)


class TopDownNeck(nn.Module):
    def __init__(self, width):
        super().__init__()
        c3, c4, c5 = [scale(c, width) for c in (48, 96, 192)]
        self.up = nn.Upsample(scale_factor=2)
        self.reduce5 = conv(c5, c4, 1)
        self.merge4 = conv(scale(2 * 96, width), c4)
        self.reduce4 = conv(c4, c3, 1)
        self.merge3 = conv(scale(2 * 48, width), c3)

    def forward(self, p3, p4, p5):
        p5 = self.reduce5(p5)
        p4 = self.merge4(torch.cat([self.up(p5), p4], dim=1))
        p4 = self.reduce4(p4)
        p3 = self.merge3(torch.cat([self.up(p4), p3], dim=1))
        return p3, p4, p5


class SlimDetector(nn.Module):
    def __init__(self, width=1.33, classes=20, anchors=3):
        super().__init__()
        self.backbone = Backbone(width)
        self.neck = TopDownNeck(width)
        c3, c4 = scale(48, width), scale(96, width)
        outputs = anchors * (5 + classes)
        self.heads = nn.ModuleList([nn.Conv2d(c, outputs, 1) for c in (c3, c3, c4)])

    def forward(self, x):
        features = self.neck(*self.backbone(x))
        return [head(f) for head, f in zip(self.heads, features)]
