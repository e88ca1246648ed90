"""Tell where a picture comes from, by itself and by another one of its batch."""
import torch
from torch import nn


class GraphConv(nn.Module):
    """What a node is, and what its neighbour is."""

    def __init__(self, in_dim, out_dim):
        super().__init__()
        self.own, self.other = nn.Linear(in_dim, out_dim), nn.Linear(in_dim, out_dim, bias=False)

    def forward(self, x, neighbour):
        return self.own(x) + self.other(neighbour)


class GraphConvDiscriminator(nn.Module):
    """(batch, in_features, H, W) to (batch, out_dim). Each picture has one partner, and is the partner of one; who
    that is, is drawn."""

    def __init__(self, in_features, in_dim, out_dim, drop_rat, n, pool_shape):
        super().__init__()
        self.n = n
        self.pool = nn.AdaptiveAvgPool2d(pool_shape)
        self.embed = nn.Linear(in_features * pool_shape[0] * pool_shape[1], in_dim)
        self.dropout = nn.Dropout(drop_rat)
        self.gcn1, self.gcn2 = GraphConv(in_dim, in_dim), GraphConv(in_dim, out_dim)
        self.ind1 = nn.Parameter(torch.randn(self.n))
        self.ind2 = nn.Parameter(torch.randn(self.n))

    def forward(self, x):
        x = self.dropout(self.embed(self.pool(x).flatten(1)))
        x = torch.relu(self.gcn1(x, x[self.ind1.argsort()]))
        return self.gcn2(x, x[self.ind2.argsort()])
