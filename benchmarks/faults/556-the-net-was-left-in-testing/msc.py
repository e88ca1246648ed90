"""Ask a network at several scales of a picture."""
import torch
from torch import nn
from torch.nn import functional as F


class MSC(nn.Module):
    """While it is trained: the answers of all scales and their maximum, in a list. Afterwards: the maximum."""

    def __init__(self, base, scales=(0.5, 0.75)):
        super().__init__()
        self.base, self.scales = base, scales

    def forward(self, x):
        logits = self.base(x)
        size = logits.shape[2:]
        pyramid = [self.base(F.interpolate(x, scale_factor=s, mode="bilinear", align_corners=False)) for s in self.scales]
        resized = [F.interpolate(p, size=size, mode="bilinear", align_corners=False) for p in pyramid]
        maximum = torch.stack([logits] + resized).max(dim=0)[0]
        if self.training:
            return [logits] + pyramid + [maximum]
        return maximum


class DeepLabV2(nn.Module):
    def __init__(self, n_classes, rates=(1, 2), width=8):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
        )
        self.aspp = nn.ModuleList(nn.Conv2d(width, n_classes, 3, padding=r, dilation=r) for r in rates)

    def forward(self, x):
        h = self.stem(x)
        return sum(stage(h) for stage in self.aspp)

    def freeze_bn(self):
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eval()
