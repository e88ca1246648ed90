"""A small mobile network whose depthwise layers may have several filters for each channel."""
import torch
from torch import nn

from layers import create_conv2d


class DepthwiseSeparable(nn.Module):
    def __init__(self, in_chs, out_chs, kernel_size=3, stride=1, multiplier=1):
        super().__init__()
        mid_chs = in_chs * multiplier
        self.conv_dw = create_conv2d(in_chs, mid_chs, kernel_size, stride=stride, depthwise=True)
        self.bn1 = nn.BatchNorm2d(mid_chs)
        self.conv_pw = create_conv2d(mid_chs, out_chs, 1)
        self.bn2 = nn.BatchNorm2d(out_chs)
        self.residual = stride == 1 and in_chs == out_chs

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv_dw(x)))
        y = self.bn2(self.conv_pw(y))
        return x + y if self.residual else y


class MobileNet(nn.Module):
    def __init__(self, classes=10, multiplier=2):
        super().__init__()
        self.stem = create_conv2d(3, 8, 3, stride=2)
        self.blocks = nn.Sequential(
            DepthwiseSeparable(8, 8, multiplier=multiplier),
            DepthwiseSeparable(8, 16, 5, stride=2, multiplier=multiplier),
            DepthwiseSeparable(16, 16, multiplier=multiplier))
        self.classifier = nn.Linear(16, classes)

    def forward(self, x):
        x = self.blocks(torch.relu(self.stem(x)))
        return self.classifier(x.mean(dim=(2, 3)))
