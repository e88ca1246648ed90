"""Fully convolutional, with a skip from the middle."""
from torch import nn


class FCN(nn.Module):
    def __init__(self, n_class, width=8):
        super().__init__()
        self.stage1 = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.stage2 = nn.Sequential(nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.deconv1 = nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1)
        self.bn1 = nn.BatchNorm2d(width)
        self.deconv2 = nn.ConvTranspose2d(width, width, 3, stride=2, padding=1, output_padding=1)
        self.classifier = nn.Conv2d(width, n_class, 1)

    def forward(self, x):
        x1 = self.stage1(x)
        x2 = self.stage2(x1)
        score = self.bn1(self.deconv1(x2).relu() + x1)
        return self.classifier(self.deconv2(score).relu())
