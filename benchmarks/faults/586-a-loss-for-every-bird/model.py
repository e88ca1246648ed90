"""Looks at a bird, decides where to look closer, and looks again."""
import torch
from torch import nn
import torch.nn.functional as F


class APN(nn.Module):
    """Where to look: a middle and half a width, in parts of the picture."""

    def __init__(self, in_features):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(in_features, 16), nn.Tanh(), nn.Linear(16, 3), nn.Sigmoid())

    def forward(self, feats):
        tx, ty, tl = self.fc(feats.flatten(1)).unbind(1)
        return tx * 2 - 1, ty * 2 - 1, 0.3 + 0.4 * tl


class RACNN(nn.Module):
    def __init__(self, num_classes=5, scales=3, width=8, size=24):
        super().__init__()
        self.size = size
        self.convs = nn.ModuleList(nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1), nn.ReLU()) for _ in range(scales))
        self.classifiers = nn.ModuleList(nn.Linear(width, num_classes) for _ in range(scales))
        self.apns = nn.ModuleList(APN(width * (size // 4) ** 2) for _ in range(scales - 1))

    def crop(self, x, tx, ty, tl):
        zero = torch.zeros_like(tx)
        theta = torch.stack([torch.stack([tl, zero, tx], 1), torch.stack([zero, tl, ty], 1)], 1)
        return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False, padding_mode="border")

    def forward(self, x):
        scores = []
        for i, (conv, classifier) in enumerate(zip(self.convs, self.classifiers)):
            feats = conv(x)
            scores.append(classifier(feats.mean(dim=(2, 3))))
            if i < len(self.apns):
                x = self.crop(x, *self.apns[i](feats))
        return scores
