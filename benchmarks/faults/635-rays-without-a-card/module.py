"""Shadows of a volume on a detector that stands anywhere, differentiable by where it stands."""
import torch
import torch.nn.functional as F
from torch import nn


def se3_matrix(pose):
    """Angles about three axes and a translation (batch, 6) become (batch, 3, 4)."""
    a, b, c = pose[:, 0], pose[:, 1], pose[:, 2]
    one, zero = torch.ones_like(a), torch.zeros_like(a)
    rx = torch.stack([one, zero, zero, zero, a.cos(), -a.sin(), zero, a.sin(), a.cos()], dim=1).view(-1, 3, 3)
    ry = torch.stack([b.cos(), zero, b.sin(), zero, one, zero, -b.sin(), zero, b.cos()], dim=1).view(-1, 3, 3)
    rz = torch.stack([c.cos(), -c.sin(), zero, c.sin(), c.cos(), zero, zero, zero, one], dim=1).view(-1, 3, 3)
    return torch.cat([rz @ ry @ rx, pose[:, 3:].unsqueeze(2)], dim=2)


class ProSTGrid(nn.Module):
    """Where the rays from the source to each pixel of the detector are sampled, in homogeneous coordinates."""

    def __init__(self, height, width, samples, source=3.0):
        super().__init__()
        y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
        pixels = torch.stack([x * 1.5, y * 1.5, torch.full_like(x, -1.5)], dim=2)
        origin = torch.tensor([0.0, 0.0, source])
        depth = torch.linspace(0.4, 1, samples).view(1, 1, -1, 1)
        points = origin + depth * (pixels.unsqueeze(2) - origin)
        self.register_buffer("points", torch.cat([points, torch.ones_like(points[..., :1])], dim=3))

    def forward(self, batch):
        return self.points.expand(batch, -1, -1, -1, -1)


class ProST(nn.Module):
    def __init__(self, height=10, width=12, samples=16):
        super().__init__()
        self.grid = ProSTGrid(height, width, samples)

    def forward(self, volume, transform_mat3x4):
        """(batch, 1, D, H, W) and (batch, 3, 4) become pictures (batch, 1, height, width)."""
        batch = volume.size(0)
        grid = self.grid(batch)
        _, H, W, samples, _ = grid.shape
        grid_trans = grid.bmm(transform_mat3x4.transpose(1, 2)).view(batch, H, W, samples, 3)
        values = F.grid_sample(volume, grid_trans, align_corners=True)
        return values.sum(dim=4)
