"""1-d heat equation  u_t = k u_xx  on [0, 1] with u(x, 0) = sin(pi x); no data, only physics."""
import math

import torch
from torch import nn

KAPPA = 0.1


class PINN(nn.Module):
    def __init__(self, width=24, depth=3):
        super().__init__()
        layers, n = [], 2
        for _ in range(depth):
            layers += [nn.Linear(n, width), nn.Tanh()]
            n = width
        self.net = nn.Sequential(*layers, nn.Linear(n, 1))

    def forward(self, xt):
        return self.net(xt)


def initial_value(x):
    return torch.sin(math.pi * x)


def pde_loss(model, xt):
    xt = xt.requires_grad_(True)
    u = model(xt)
    grad = torch.autograd.grad(u.sum(), xt, create_graph=True)[0]
    u_x, u_t = grad[:, 0:1], grad[:, 1:2]
    u_xx = torch.autograd.grad(u_x.sum(), xt, create_graph=True)[0][:, 0:1]
    return ((u_t - KAPPA * u_xx) ** 2).mean()


def initial_loss(model, points):
    """points: (n, 2) with t = 0"""
    prediction = model(points)
    truth = initial_value(points[:, 0])
    return ((prediction - truth) ** 2).mean()


def boundary_loss(model, t):
    left = torch.cat([torch.zeros_like(t), t], dim=1)
    right = torch.cat([torch.ones_like(t), t], dim=1)
    return (model(left) ** 2).mean() + (model(right) ** 2).mean()


def train(steps=60, n=64):
    torch.manual_seed(0)
    model = PINN()
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    for k in range(steps):
        inner = torch.rand(n, 2)
        start = torch.cat([torch.rand(n, 1), torch.zeros(n, 1)], dim=1)
        loss = pde_loss(model, inner) + initial_loss(model, start) + boundary_loss(model, torch.rand(n, 1))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("final loss %.4f" % loss.item())
    return model


if __name__ == "__main__":
    train()
