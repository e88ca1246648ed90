"""Residual networks whose blocks look at several widths within one layer."""
import torch
from torch import nn


class Bottle2neck(nn.Module):
    expansion = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None, baseWidth=26, scale=4, stype="normal"):
        super().__init__()
        width = planes * baseWidth // 64
        self.conv1, self.bn1 = nn.Conv2d(inplanes, width * scale, 1, bias=False), nn.BatchNorm2d(width * scale)
        self.nums = 1 if scale == 1 else scale - 1
        if stype == "stage":
            self.pool = nn.AvgPool2d(3, stride, 1)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, stride, 1, bias=False) for _ in range(self.nums))
        self.bns = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(self.nums))
        self.conv3 = nn.Conv2d(width * scale, planes * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.downsample, self.stype, self.scale, self.width = downsample, stype, scale, width

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        parts = torch.split(out, self.width, 1)
        made = []
        for i in range(self.nums):
            sp = parts[i] if i == 0 or self.stype == "stage" else made[-1] + parts[i]
            made.append(torch.relu(self.bns[i](self.convs[i](sp))))
        if self.scale != 1:
            made.append(self.pool(parts[self.nums]) if self.stype == "stage" else parts[self.nums])
        out = self.bn3(self.conv3(torch.cat(made, 1)))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))


class Res2Net(nn.Module):
    def __init__(self, layers, baseWidth=26, scale=4, num_classes=10, planes=(8, 16)):
        super().__init__()
        self.inplanes, self.baseWidth, self.scale = 8, baseWidth, scale
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8)
        self.layer1 = self._make_layer(planes[0], layers[0], 1)
        self.layer2 = self._make_layer(planes[1], layers[1], 2)
        self.fc = nn.Linear(planes[1] * 4, num_classes)

    def _make_layer(self, planes, blocks, stride):
        out = planes * Bottle2neck.expansion
        downsample = nn.Sequential(nn.Conv2d(self.inplanes, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        made = [Bottle2neck(self.inplanes, planes, stride, downsample, self.baseWidth, self.scale, "stage")]
        self.inplanes = out
        made += [Bottle2neck(out, planes, baseWidth=self.baseWidth, scale=self.scale) for _ in range(1, blocks)]
        return nn.Sequential(*made)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer2(self.layer1(x)).mean(dim=(2, 3)))


def res2net101_26w_4s(**kwargs):
    return Res2Net([2, 3], baseWidth=26, scale=4, **kwargs)
