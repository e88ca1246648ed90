"""Super-resolution of aerial pictures with sub-pixel convolution."""
from torch import nn


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1))

    def forward(self, x):
        return x + 0.1 * self.body(x)


class Upscaler(nn.Module):
    def __init__(self, scale, channels=3, width=16, blocks=2):
        super().__init__()
        self.head = nn.Conv2d(channels, width, 3, padding=1)
        self.body = nn.Sequential(*(Residual(width) for _ in range(blocks)))
        self.expand = nn.Conv2d(width, channels * scale, 3, padding=1)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, x):
        x = self.head(x)
        return self.shuffle(self.expand(x + self.body(x)))
