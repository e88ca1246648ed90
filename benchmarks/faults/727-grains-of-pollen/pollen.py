"""Which plant a grain of pollen is from. Grey pictures, 40 x 40."""
import torch
import torch.nn as nn


class ConvBlock(nn.Module):
    """Convolution, norm, activation. With groups=in_channels it is a depthwise one."""

    def __init__(self, in_channels, out_channels, stride=1, groups=1, dropout=0.0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.act = nn.SiLU()
        self.drop = nn.Dropout2d(dropout)

    def forward(self, x):
        return self.drop(self.act(self.norm(self.conv(x))))


class Separable(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depthwise = ConvBlock(channels, channels, 1, channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x + self.pointwise(self.depthwise(x))


class PollenNet(nn.Module):
    def __init__(self, species=14, widths=(16, 32, 64), dropout=0.2):
        super().__init__()
        self.stem = ConvBlock(1, widths[0])
        stages = []
        for narrow, wide in zip(widths, widths[1:]):
            stages += [ConvBlock(narrow, wide, 2, dropout), Separable(wide)]
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], species)

    def forward(self, x):
        x = self.pool(self.stages(self.stem(x)))
        return self.head(x.flatten(1))


def top_k(logits, labels, k=3):
    """How often the right species is among the k most likely ones."""
    return (logits.topk(k, dim=1).indices == labels[:, None]).any(dim=1).float().mean().item()
