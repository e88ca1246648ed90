"""A field of displacements from two volumes, and the volume that it moves."""
import torch
import torch.nn.functional as F
from torch import nn


class SpatialTransformer(nn.Module):
    """Moves a volume by a field that is given in voxels."""

    def __init__(self, size, mode="bilinear"):
        super().__init__()
        self.mode = mode
        vectors = [torch.arange(0, s) for s in size]
        grid = torch.stack(torch.meshgrid(vectors, indexing="ij")).unsqueeze(0).float()
        self.register_buffer("grid", grid)

    def forward(self, src, flow):
        new_locs = self.grid + flow
        shape = flow.shape[2:]
        new_locs = torch.stack([2 * (new_locs[:, i] / (n - 1) - 0.5) for i, n in enumerate(shape)], dim=-1)
        return F.grid_sample(src, new_locs.flip(-1), mode=self.mode, align_corners=True)


class RegNet(nn.Module):
    def __init__(self, inshape, channels):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv3d(2, channels, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Conv3d(channels, channels, 3, padding=1), nn.LeakyReLU(0.2),
        )
        self.flow = nn.Conv3d(channels, 3, 3, padding=1)
        nn.init.normal_(self.flow.weight, std=1e-3)
        nn.init.zeros_(self.flow.bias)
        self.transformer = SpatialTransformer(inshape)

    def forward(self, moving, fixed):
        flow = self.flow(self.features(torch.cat([moving, fixed], dim=1)))
        return self.transformer(moving, flow), flow
