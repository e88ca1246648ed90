"""Solve the Helmholtz equation  u_xx + u_yy + k^2 u = q  on a square with a network."""
import math

import torch
from torch import nn
from torch.autograd import grad


class Field(nn.Module):
    def __init__(self, width=20):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, g):
        return self.net(g)


def source(g, k=1.0, a1=1, a2=4):
    """q belonging to the solution sin(a1 pi x) sin(a2 pi y)."""
    u = torch.sin(a1 * math.pi * g[:, [0]]) * torch.sin(a2 * math.pi * g[:, [1]])
    return (k ** 2 - (a1 * math.pi) ** 2 - (a2 * math.pi) ** 2) * u


def residual(field, g, k=1.0):
    """What is left of the equation at the points g, (points, 1)."""
    g = g.clone().requires_grad_(True)
    u = field(g)
    u_g = grad(u, g, torch.ones_like(u), create_graph=True)[0]
    u_gg = grad(u_g, g, torch.ones_like(u_g), create_graph=True)[0]
    u_xx, u_yy = u_gg[:, [0]], u_gg[:, [1]]
    return u_xx + u_yy + k ** 2 * u - source(g, k)


def boundary_points(n):
    t = torch.rand(n, 1) * 2 - 1
    edge = torch.ones_like(t)
    return torch.cat([torch.cat(p, dim=1) for p in ((t, edge), (t, -edge), (edge, t), (-edge, t))])


def loss(field, inside, border):
    return residual(field, inside).pow(2).mean() + field(border).pow(2).mean()


def fit(field, steps=5, points=64):
    optimizer = torch.optim.Adam(field.parameters(), lr=1e-3)
    for _ in range(steps):
        value = loss(field, torch.rand(points, 2) * 2 - 1, boundary_points(points // 4))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return value.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    print(fit(Field()))
