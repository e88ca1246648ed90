import torch
import torch.nn as nn


class MultiTask(nn.Module):
    """Image (b, 3, 64, 64) to detection maps at two scales, a depth map and a class vector."""

    def __init__(self, anchors=3, classes=5):
        super().__init__()
        self.na, self.no = anchors, classes + 5
        self.s1 = nn.Sequential(nn.Conv2d(3, 16, 4, 4), nn.ReLU())
        self.s2 = nn.Sequential(nn.Conv2d(16, 32, 2, 2), nn.ReLU())
        self.det = nn.ModuleList([nn.Conv2d(16, self.na * self.no, 1), nn.Conv2d(32, self.na * self.no, 1)])
        self.depth = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.PixelShuffle(4))
        self.cls = nn.Linear(32, classes)

    def forward(self, x):
        a = self.s1(x)
        b = self.s2(a)
        maps = []
        for conv, f in zip(self.det, (a, b)):
            n, _, h, w = f.shape
            maps.append(conv(f).view(n, self.na, self.no, h, w).permute(0, 1, 3, 4, 2))
        return {"maps": maps, "depth": self.depth(a), "cls": self.cls(b.mean((2, 3)))}
