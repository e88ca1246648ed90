"""An encoder that halves and a decoder that joins, for confidence maps of animals' joints."""
import torch
from torch import nn
import torch.nn.functional as F


class Down(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(2, cout)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class SimpleUpsamplingBlock(nn.Module):
    """Twice as large by interpolation, then joined with what the encoder had at this size."""

    def __init__(self, cin, cskip, cout, interp_method="bilinear"):
        super().__init__()
        self.interp_method = interp_method
        self.refine = nn.Sequential(nn.Conv2d(cin + cskip, cout, 3, padding=1), nn.ReLU(),
                                    nn.Conv2d(cout, cout, 3, padding=1), nn.ReLU())

    def forward(self, x, feature):
        x = F.interpolate(x, scale_factor=2, mode=self.interp_method, align_corners=False)
        x = torch.cat((x, feature), dim=1)
        return self.refine(x)


class PoseUNet(nn.Module):
    def __init__(self, joints=5, width=4, depth=3):
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        widths = [width * 2 ** i for i in range(depth + 1)]
        self.encoder = nn.ModuleList(Down(a, b) for a, b in zip(widths, widths[1:]))
        self.decoder = nn.ModuleList(
            SimpleUpsamplingBlock(b, a, a) for a, b in reversed(list(zip(widths, widths[1:]))))
        self.head = nn.Conv2d(width, joints, 1)

    def forward(self, x):
        x = F.relu(self.stem(x))
        features = []
        for layer in self.encoder:
            features.append(x)
            x = layer(x)
        for layer in self.decoder:
            x = layer(x, features.pop())
        return self.head(x)
