"""Points of a scan are put into cells around the sensor, and the cells are classified."""
import torch
from torch import nn


class CylinderAsym(nn.Module):
    def __init__(self, fea_dim=5, init_size=8, num_class=4, output_shape=(8, 12, 4)):
        super().__init__()
        self.output_shape, self.init_size = output_shape, init_size
        self.point_net = nn.Sequential(nn.BatchNorm1d(fea_dim), nn.Linear(fea_dim, 16), nn.ReLU(), nn.Linear(16, init_size))
        self.segment = nn.Sequential(
            nn.Conv3d(init_size, init_size, 3, padding=1), nn.BatchNorm3d(init_size), nn.ReLU(),
            nn.Conv3d(init_size, num_class, 1),
        )

    def voxelize(self, pt_fea, grid, batch_size):
        """The mean of the features of the points in each cell."""
        nx, ny, nz = self.output_shape
        owner = torch.cat([torch.full((len(g),), b) for b, g in enumerate(grid)])
        cells = torch.cat(grid)
        index = ((owner * nx + cells[:, 0]) * ny + cells[:, 1]) * nz + cells[:, 2]
        features = self.point_net(torch.cat(pt_fea))
        total = features.new_zeros(batch_size * nx * ny * nz, self.init_size).index_add(0, index, features)
        count = features.new_zeros(batch_size * nx * ny * nz).index_add(0, index, torch.ones(len(index)))
        mean = total / count.clamp(min=1).unsqueeze(1)
        return mean.view(batch_size, nx, ny, nz, -1).permute(0, 4, 1, 2, 3)

    def forward(self, pt_fea, grid, batch_size):
        return self.segment(self.voxelize(pt_fea, grid, batch_size))
