import torch
from torch import nn


class Upscaler(nn.Module):
    """Enlarges by a factor with grouped convolutions; the picture may have any size."""

    def __init__(self, factor=3, colours=3, width=54, groups=9):
        super().__init__()
        self.factor = factor
        sub = colours * factor ** 2
        self.head = nn.Conv2d(colours, width, (3, 5), padding=(1, 2))
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=2, dilation=2, groups=groups), nn.ReLU(),
            nn.ChannelShuffle(groups),
            nn.Conv2d(width, sub, 3, padding="same", groups=groups))
        self.shuffle = nn.PixelShuffle(factor)

        self.reset()

    def reset(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.zeros_(m.bias)

    def forward(self, x):
        base = nn.functional.interpolate(x, scale_factor=self.factor, mode="bilinear", align_corners=False)
        return base + self.shuffle(self.body(self.head(x)))
