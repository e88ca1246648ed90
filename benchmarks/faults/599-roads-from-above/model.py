"""Finds roads in aerial tiles: stages that halve the picture, and a decoder that climbs back."""
import torch
import torch.nn.functional as F
from torch import nn


class ConvBlock(nn.Sequential):
    def __init__(self, cin, cout, stride=1, dilation=1):
        super().__init__(
            nn.Conv2d(cin, cout, 3, stride, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(cout),
            nn.ReLU(inplace=True),
        )


class Context(nn.Module):
    """Looks around at several distances."""

    def __init__(self, cin, cout, rates=(1, 2, 4)):
        super().__init__()
        self.branches = nn.ModuleList(ConvBlock(cin, cout // len(rates), dilation=r) for r in rates)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Up(nn.Module):
    def __init__(self, cin, skip, cout):
        super().__init__()
        self.reduce = nn.Conv2d(cin, cout, 1)
        self.fuse = ConvBlock(cout + skip, cout)

    def forward(self, x, skip):
        x = F.interpolate(self.reduce(x), size=skip.shape[-2:], mode="bilinear", align_corners=False)
        return self.fuse(torch.cat([x, skip], dim=1))


class RoadNet(nn.Module):
    def __init__(self, in_channels=3, dims=(16, 24, 40, 64), context=96, classes=2):
        super().__init__()
        self.stem = ConvBlock(in_channels, dims[0])
        self.stages = nn.ModuleList(
            nn.Sequential(ConvBlock(a, b, stride=2), ConvBlock(b, b)) for a, b in zip(dims, dims[1:])
        )
        self.context = Context(dims[-1], context)
        up_dims = dims[::-1]
        self.ups = nn.ModuleList(Up(a, b, b) for a, b in zip(up_dims, up_dims[1:]))
        self.head = nn.Conv2d(dims[0], classes, 1)

    def forward(self, x):
        feats = [self.stem(x)]
        for stage in self.stages:
            feats.append(stage(feats[-1]))
        x = self.context(feats.pop())
        for up in self.ups:
            x = up(x, feats.pop())
        return self.head(x)
