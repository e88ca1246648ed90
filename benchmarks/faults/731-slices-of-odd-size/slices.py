"""Segment the liver in CT slices. Slices are cropped to the body, so every patient has another size."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def double_conv(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.GroupNorm(4, out_channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        nn.GroupNorm(4, out_channels),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=2, base=8, depth=3):
        super().__init__()
        widths = [base * 2 ** i for i in range(depth + 1)]
        self.down = nn.ModuleList()
        previous = in_channels
        for width in widths[:-1]:
            self.down.append(double_conv(previous, width))
            previous = width
        self.bottom = double_conv(previous, widths[-1])
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.merge = nn.ModuleList()
        for deep, width in zip(widths[:0:-1], widths[-2::-1]):
            self.merge.append(double_conv(deep + width, width))
        self.out = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottom(x)
        for block in self.merge:
            skip = skips.pop()
            x = self.up(x)
            x = block(torch.cat([x, skip], dim=1))
        return self.out(x)


def dice(logits, masks, eps=1e-6):
    """Overlap of the predicted and the drawn organ, a number per slice. masks: (N, H, W) of 0 and 1."""
    p = F.softmax(logits, dim=1)[:, 1]
    both = (p * masks).sum(dim=(1, 2))
    return (2 * both + eps) / (p.sum(dim=(1, 2)) + masks.sum(dim=(1, 2)) + eps)
