"""ResNet for 12-lead ECGs, after torchvision's resnet.py."""
import torch
from torch import nn


def conv3(in_planes, out_planes, stride=1):
    return nn.Conv1d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, in_planes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = conv3(in_planes, planes, stride)
        self.bn1 = nn.BatchNorm1d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3(planes, planes)
        self.bn2 = nn.BatchNorm1d(planes)
        self.downsample = downsample

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        identity = self.downsample(x)
        return self.relu(out + identity)


class ResNet1d(nn.Module):
    def __init__(self, layers=(2, 2, 2), leads=12, num_classes=5, width=16):
        super().__init__()
        self.in_planes = width
        self.stem = nn.Sequential(
            nn.Conv1d(leads, width, 15, stride=2, padding=7, bias=False),
            nn.BatchNorm1d(width),
            nn.ReLU(inplace=True),
            nn.MaxPool1d(3, stride=2, padding=1),
        )
        self.layers = nn.Sequential(*[
            self._make_layer(width * 2 ** i, blocks, stride=1 if i == 0 else 2) for i, blocks in enumerate(layers)
        ])
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.fc = nn.Linear(self.in_planes, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv1d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def _make_layer(self, planes, blocks, stride):
        downsample = None
        if stride != 1 or self.in_planes != planes:
            downsample = nn.Sequential(
                nn.Conv1d(self.in_planes, planes, 1, stride=stride, bias=False),
                nn.BatchNorm1d(planes),
            )
        made = [BasicBlock(self.in_planes, planes, stride, downsample)]
        self.in_planes = planes
        made += [BasicBlock(planes, planes) for _ in range(1, blocks)]
        return nn.Sequential(*made)

    def forward(self, ecg):
        x = self.layers(self.stem(ecg))
        return self.fc(self.pool(x).squeeze(-1))
