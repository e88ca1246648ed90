import torch.nn as nn


class ResNetLite(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.block = nn.Sequential(nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 3, 1, 1))
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = self.stem(x)
        return self.fc((x + self.block(x)).mean((2, 3)))


class ResNetLiteFeatures(ResNetLite):
    def forward(self, x):
        x = self.stem(x)
        return x + self.block(x)


def resnet_lite(**kw):
    return ResNetLite(**kw)
