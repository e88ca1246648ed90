"""InceptionTime: convolutions of several lengths side by side, with shortcuts over three of them."""
import torch
from torch import nn


def conv1d(ni, nf, ks, stride=1, bias=False):
    return nn.Conv1d(ni, nf, kernel_size=ks, stride=stride, padding=ks // 2, bias=bias)


class InceptionModule(nn.Module):
    def __init__(self, ni, nb_filters=4, kss=(9, 5, 3), bottleneck_size=6):
        super().__init__()
        self.bottleneck = conv1d(ni, bottleneck_size, 1) if ni > 1 else nn.Identity()
        inside = bottleneck_size if ni > 1 else ni
        self.convs = nn.ModuleList([conv1d(inside, nb_filters, ks) for ks in kss])
        self.pool = nn.Sequential(nn.MaxPool1d(3, stride=1, padding=1), conv1d(ni, nb_filters, 1))
        self.bn_relu = nn.Sequential(nn.BatchNorm1d((len(kss) + 1) * nb_filters), nn.ReLU())

    def forward(self, x):
        inner = self.bottleneck(x)
        branches = [conv(inner) for conv in self.convs]
        return self.bn_relu(torch.cat([*branches, self.pool(x)], dim=1))


class Shortcut(nn.Module):
    def __init__(self, ni, nf):
        super().__init__()
        self.conv = nn.Sequential(conv1d(ni, nf, 1), nn.BatchNorm1d(nf))
        self.act = nn.ReLU()

    def forward(self, x, early):
        return self.act(x + self.conv(early))


class InceptionTime(nn.Module):
    """A series of ``ni`` channels (batch, ni, length) to scores of ``nout`` classes."""

    def __init__(self, ni, nout, depth=6, nb_filters=4):
        super().__init__()
        width = 4 * nb_filters
        self.modules_ = nn.ModuleList()
        self.shortcuts = nn.ModuleDict()
        for d in range(depth):
            self.modules_.append(InceptionModule(1 if d == 0 else width, nb_filters))
            if d % 3 == 2:
                self.shortcuts[str(d)] = Shortcut(1 if d == 2 else width, width)
        self.head = nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(width, nout))

    def forward(self, x):
        early = x
        for d, module in enumerate(self.modules_):
            x = module(x)
            if str(d) in self.shortcuts:
                x = early = self.shortcuts[str(d)](x, early)
        return self.head(x)
