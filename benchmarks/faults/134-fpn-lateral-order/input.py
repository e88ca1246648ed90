import torch.nn as nn
import torch.nn.functional as F


class Backbone(nn.Module):
    channels = (32, 64, 128)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        ins = (16,) + self.channels[:-1]
        self.stages = nn.ModuleList([nn.Conv2d(i, o, 3, 2, 1) for i, o in zip(ins, self.channels)])

    def forward(self, x):
        x = F.relu(self.stem(x))
        feats = []
        for stage in self.stages:
            x = F.relu(stage(x))
            feats.append(x)
        return feats


class FPN(nn.Module):
    def __init__(self, channels, out=48):
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(c, out, 1) for c in reversed(channels)])
        self.smooth = nn.ModuleList([nn.Conv2d(out, out, 3, padding=1) for _ in channels])

    def forward(self, feats):
        maps = [lat(f) for lat, f in zip(self.laterals, feats)]
        for i in range(len(maps) - 1, 0, -1):
            maps[i - 1] = maps[i - 1] + F.interpolate(maps[i], scale_factor=2, mode="nearest")
        return [s(m) for s, m in zip(self.smooth, maps)]


class ShipDetector(nn.Module):
    strides = (4, 8, 16)

    def __init__(self, classes=3):
        super().__init__()
        self.backbone = Backbone()
        self.fpn = FPN(Backbone.channels)
        self.heads = nn.ModuleList([nn.Conv2d(48, classes + 4, 1) for _ in self.strides])

    def forward(self, x):
        return [h(p) for h, p in zip(self.heads, self.fpn(self.backbone(x)))]
