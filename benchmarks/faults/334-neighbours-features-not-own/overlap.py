import torch
from torch import nn


def pairwise_square(points):
    """points: batch, 3, n"""
    norm = points.pow(2).sum(dim=1)
    return norm[:, :, None] + norm[:, None] - 2 * points.transpose(1, 2) @ points


def graph_feature(coords, feats, k):
    """Features of a point and of its k neighbours minus it: batch, 2 * channels, n, k."""
    b, c, n = feats.shape
    nearest = pairwise_square(coords).topk(k + 1, largest=False, sorted=True).indices[..., 1:]
    index = nearest.unsqueeze(1).expand(b, c, n, k)
    spread = feats.unsqueeze(-1).expand(b, c, n, n)
    neighbours = torch.gather(spread, -1, index)
    own = feats.unsqueeze(-1).expand(b, c, n, k)
    return torch.cat([own, neighbours - own], dim=1)


class GraphContext(nn.Module):
    """The first three channels are coordinates, the others describe the point."""

    def __init__(self, channels=5, hidden=12, k=4):
        super().__init__()
        self.k = k
        self.conv1 = nn.Sequential(nn.Conv2d(2 * channels, hidden, 1), nn.LeakyReLU(0.2))
        self.conv2 = nn.Sequential(nn.Conv2d(2 * hidden, hidden, 1), nn.LeakyReLU(0.2))
        self.out = nn.Conv1d(channels + 2 * hidden, channels, 1)

    def forward(self, x):
        coords, feats = x[:, :3], x[:, 3:]
        h1 = self.conv1(graph_feature(coords, feats, self.k)).amax(dim=-1)
        h2 = self.conv2(graph_feature(coords, h1, self.k)).amax(dim=-1)
        return feats + self.out(torch.cat([feats, h1, h2], dim=1))
