"""Wide residual networks."""
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, in_planes, out_planes, stride, dropRate=0.0):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(in_planes), nn.BatchNorm2d(out_planes)
        self.conv1 = nn.Conv2d(in_planes, out_planes, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out_planes, out_planes, 3, 1, 1, bias=False)
        self.droprate = dropRate
        self.equalInOut = in_planes == out_planes
        self.convShortcut = None if self.equalInOut else nn.Conv2d(in_planes, out_planes, 1, stride, bias=False)

    def forward(self, x):
        h = F.relu(self.bn1(x))
        out = F.relu(self.bn2(self.conv1(h)))
        out = self.conv2(F.dropout(out, self.droprate, self.training))
        return out + (x if self.equalInOut else self.convShortcut(h))


class WideResNet(nn.Module):
    def __init__(self, depth, num_classes, widen_factor=1, dropRate=0.0):
        super().__init__()
        nChannels = [4, 4 * widen_factor, 8 * widen_factor, 16 * widen_factor]
        n = (depth - 4) // 6
        self.conv1 = nn.Conv2d(3, nChannels[0], 3, 1, 1, bias=False)
        self.block1 = self.group(n, nChannels[0], nChannels[1], 1, dropRate)
        self.block2 = self.group(n, nChannels[1], nChannels[2], 2, dropRate)
        self.block3 = self.group(n, nChannels[2], nChannels[3], 2, dropRate)
        self.bn1 = nn.BatchNorm2d(nChannels[3])
        self.fc = nn.Linear(nChannels[3], num_classes)
        self.nChannels = nChannels[3]

    @staticmethod
    def group(n, in_planes, out_planes, stride, dropRate):
        return nn.Sequential(*[
            BasicBlock(in_planes if i == 0 else out_planes, out_planes, stride if i == 0 else 1, dropRate) for i in range(n)
        ])

    def forward(self, x):
        out = self.block3(self.block2(self.block1(self.conv1(x))))
        out = F.relu(self.bn1(out))
        out = F.avg_pool2d(out, 8)
        out = out.view(-1, self.nChannels)
        return self.fc(out)
