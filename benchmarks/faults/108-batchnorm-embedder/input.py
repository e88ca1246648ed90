import torch.nn as nn
import torch.nn.functional as F


class FaceEmbedder(nn.Module):
    """Projection head with BatchNorm1d after global pooling: training needs batches of two or more."""

    def __init__(self, dim=64):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.PReLU(16),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.PReLU(32),
            nn.Conv2d(32, 32, 8, groups=32, bias=False), nn.BatchNorm2d(32), nn.Flatten(),
        )
        self.proj = nn.Sequential(nn.Linear(32, dim, bias=False), nn.BatchNorm1d(dim, affine=False))

    def forward(self, x):
        return F.normalize(self.proj(self.body(x)), dim=1)
