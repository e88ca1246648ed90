"""A graph convolution whose roads are corrected by what is counted just now."""
import torch
from torch import nn


class DynamicGraphConv(nn.Module):
    """Polynomials of the Laplacian, as of Chebyshev; features (batch, nodes, channels)."""

    def __init__(self, c_in, c_out, K=3):
        super().__init__()
        self.K, self.theta = K, nn.Linear(K * c_in, c_out)

    def forward(self, x, adj):
        L0 = torch.eye(x.size(1))
        L1 = adj
        terms = [L0, L1]
        for _ in range(2, self.K):
            L2 = 2 * torch.matmul(adj, L1) - L0
            L0, L1 = L1, L2
            terms.append(L2)
        return self.theta(torch.cat([term @ x for term in terms], dim=-1))


class DGCN(nn.Module):
    def __init__(self, features, points, horizon, channels=8):
        super().__init__()
        self.time = nn.Linear(features * points, channels)
        self.gcn1, self.gcn2 = DynamicGraphConv(channels, channels), DynamicGraphConv(channels, channels)
        self.out = nn.Linear(channels, horizon)

    def forward(self, x, supports):
        h = torch.relu(self.time(x.flatten(2)))
        h = torch.relu(self.gcn1(h, supports))
        return self.out(torch.relu(self.gcn2(h, supports)) + h)
