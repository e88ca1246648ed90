import torch
import torch.nn as nn


class Head(nn.Module):
    """Shared by the class branch (out = classes) and the box branch (out = 4)."""

    def __init__(self, channels, out, num_anchors=9):
        super().__init__()
        self.out, self.num_anchors = out, num_anchors
        self.tower = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU())
        self.pred = nn.Conv2d(channels, num_anchors * out, 3, padding=1)

    def forward(self, feats):
        res = []
        for f in feats:
            p = self.pred(self.tower(f))
            b, _, h, w = p.shape
            p = p.view(b, self.num_anchors, self.out, h, w).permute(0, 3, 4, 1, 2)
            res.append(p.reshape(b, -1, self.out))
        return torch.cat(res, dim=1)
