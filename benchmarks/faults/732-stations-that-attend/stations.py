"""Correct the forecast of a weather model at stations: each attends to the others, nearer ones more."""
import torch
from torch import nn


class DistanceAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(dim, dim, bias=False)
        self.to_v = nn.Linear(dim, dim, bias=False)
        self.decay = nn.Parameter(torch.linspace(-1, 1, heads))
        self.to_out = nn.Linear(dim, dim)

    def split(self, x):
        # (batch, stations, dim) -> (batch, heads, stations, dim / heads)
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, distance):
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(x)), self.split(self.to_v(x))
        scores = torch.einsum("bhqd,bhdk->bhqk", q, k) * self.scale
        scores = scores - self.decay.exp().view(1, -1, 1, 1) * distance.unsqueeze(1)
        out = torch.einsum("bhqk,bhkd->bhqd", scores.softmax(dim=-1), v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class StationNet(nn.Module):
    def __init__(self, features=6, dim=32, heads=4, layers=2):
        super().__init__()
        self.inputs = nn.Linear(features, dim)
        self.attention = nn.ModuleList([DistanceAttention(dim, heads) for _ in range(layers)])
        self.norms = nn.ModuleList([nn.LayerNorm(dim) for _ in range(layers)])
        self.mean = nn.Linear(dim, 1)
        self.log_std = nn.Linear(dim, 1)

    def forward(self, forecast, place):
        """forecast: (batch, stations, features); place: (batch, stations, 2), in hundreds of km"""
        distance = torch.cdist(place, place)
        x = self.inputs(forecast)
        for norm, attention in zip(self.norms, self.attention):
            x = x + attention(norm(x), distance)
        return self.mean(x).squeeze(-1), self.log_std(x).squeeze(-1).clamp(-4, 4)


def crps(mean, log_std, observed):
    """Closed form for a normal distribution."""
    z = (observed - mean) / log_std.exp()
    normal = torch.distributions.Normal(0.0, 1.0)
    return log_std.exp() * (z * (2 * normal.cdf(z) - 1) + 2 * normal.log_prob(z).exp() - torch.pi ** -0.5)
