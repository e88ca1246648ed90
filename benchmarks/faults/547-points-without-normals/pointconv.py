"""PointConv: what kind of thing a cloud of points is."""
import torch
from torch import nn


def index_points(points, idx):
    """Rows ``idx`` (batch, ...) of points (batch, n, c)."""
    batch = torch.arange(len(points)).view(-1, *[1] * (idx.dim() - 1)).expand_as(idx)
    return points[batch, idx]


def sample_and_group(npoint, nsample, xyz, points):
    """Neighbours of every ``n // npoint``-th point, seen from it: (batch, npoint, nsample, 3 [+ features])."""
    centres = xyz[:, ::max(1, xyz.shape[1] // npoint)][:, :npoint]
    idx = torch.cdist(centres, xyz).topk(nsample, largest=False).indices
    grouped_xyz = index_points(xyz, idx) - centres[:, :, None]
    if points is None:
        return centres, grouped_xyz, grouped_xyz
    return centres, torch.cat([grouped_xyz, index_points(points, idx)], dim=-1), grouped_xyz


class PointConvSetAbstraction(nn.Module):
    def __init__(self, npoint, nsample, in_channel, mlp, weights=4):
        super().__init__()
        self.npoint, self.nsample = npoint, nsample
        layers, last = [], in_channel
        for out in mlp:
            layers += [nn.Conv2d(last, out, 1), nn.BatchNorm2d(out), nn.ReLU()]
            last = out
        self.mlp = nn.Sequential(*layers)
        self.weightnet = nn.Sequential(nn.Conv2d(3, weights, 1), nn.ReLU())
        self.linear = nn.Linear(last * weights, last)

    def forward(self, xyz, points):
        new_xyz, new_points, local = sample_and_group(self.npoint, self.nsample, xyz, points)
        h = self.mlp(new_points.permute(0, 3, 2, 1))
        w = self.weightnet(local.permute(0, 3, 2, 1))
        h = torch.einsum("bcsn,bwsn->bncw", h, w).flatten(2)
        return new_xyz, torch.relu(self.linear(h))


class PointConvClsSsg(nn.Module):
    """Points (batch, 3, n) to scores of the kinds."""

    def __init__(self, num_classes=4, feature_dim=3):
        super().__init__()
        self.sa1 = PointConvSetAbstraction(npoint=16, nsample=8, in_channel=feature_dim + 3, mlp=[8, 12])
        self.sa2 = PointConvSetAbstraction(npoint=4, nsample=6, in_channel=12 + 3, mlp=[16])
        self.fc = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, num_classes))

    def forward(self, xyz):
        xyz, points = xyz.transpose(1, 2), None
        if xyz.shape[2] > 3:
            xyz, points = xyz[..., :3], xyz[..., 3:]
        l1_xyz, l1_points = self.sa1(xyz, points)
        _, l2_points = self.sa2(l1_xyz, l1_points)
        return self.fc(l2_points.amax(dim=1))
