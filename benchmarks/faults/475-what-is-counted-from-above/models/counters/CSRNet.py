"""One map for everything together."""
from torch import nn


class CSRNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.frontend = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.backend = nn.Sequential(nn.Conv2d(width, width, 3, padding=2, dilation=2), nn.ReLU())
        self.output_layer = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        return self.output_layer(self.backend(self.frontend(x)))
