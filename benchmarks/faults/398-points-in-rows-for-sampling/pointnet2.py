"""Set abstraction: sample points, group their neighbours and look at each group."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def square_distance(src, dst):
    """(B, N, C) and (B, M, C) to (B, N, M)."""
    return ((src.unsqueeze(2) - dst.unsqueeze(1)) ** 2).sum(-1)


def index_points(points, idx):
    """points: (B, N, C); idx: (B, S) or (B, S, K); the points of these numbers."""
    B = points.shape[0]
    batch = torch.arange(B).view([B] + [1] * (idx.dim() - 1)).expand_as(idx)
    return points[batch, idx]


def farthest_point_sample(xyz, npoint):
    """xyz: (B, N, 3); the numbers (B, npoint) of points far from each other, the first always among them."""
    B, N, C = xyz.shape
    centroids = torch.zeros(B, npoint, dtype=torch.long)
    distance = torch.full((B, N), 1e10)
    farthest = torch.zeros(B, dtype=torch.long)
    batch_indices = torch.arange(B)
    for i in range(npoint):
        centroids[:, i] = farthest
        centroid = xyz[batch_indices, farthest, :].view(B, 1, 3)
        dist = torch.sum((xyz - centroid) ** 2, -1)
        distance = torch.min(distance, dist)
        farthest = torch.max(distance, -1)[1]
    return centroids


class SetAbstraction(nn.Module):
    def __init__(self, npoint, nsample, in_channel, out_channel):
        super().__init__()
        self.npoint, self.nsample = npoint, nsample
        self.conv = nn.Conv2d(in_channel + 3, out_channel, 1)

    def forward(self, xyz, points=None):
        new_xyz = index_points(xyz, farthest_point_sample(xyz, self.npoint))
        idx = square_distance(new_xyz, xyz).topk(self.nsample, dim=-1, largest=False)[1]
        grouped = index_points(xyz, idx) - new_xyz.unsqueeze(2)
        if points is not None:
            grouped = torch.cat([grouped, index_points(points, idx)], dim=-1)
        out = F.relu(self.conv(grouped.permute(0, 3, 2, 1)))
        return new_xyz, torch.max(out, 2)[0].transpose(1, 2)


class PointNet2(nn.Module):
    """Points in rows: (B, N, 3)."""

    def __init__(self, classes=4):
        super().__init__()
        self.sa1 = SetAbstraction(16, 8, 0, 8)
        self.sa2 = SetAbstraction(4, 4, 8, 16)
        self.fc = nn.Linear(16, classes)

    def forward(self, xyz):
        xyz, points = self.sa1(xyz)
        _, points = self.sa2(xyz, points)
        return F.log_softmax(self.fc(points.max(1)[0]), -1)


class PointNet(nn.Module):
    """Points in columns: (B, 3, N)."""

    def __init__(self, classes=4):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(3, 8, 1), nn.Conv1d(8, 16, 1)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return F.log_softmax(self.fc(x.max(2)[0]), -1)
