"""A physics-informed net for the heat equation u_t = a u_xx on a rod, cold at both ends."""
import math

import torch
from torch import nn

DIFFUSIVITY = 0.1


class HeatNet(nn.Module):
    def __init__(self, width=32, depth=3):
        super().__init__()
        layers = [nn.Linear(2, width), nn.Tanh()]
        for _ in range(depth - 1):
            layers += [nn.Linear(width, width), nn.Tanh()]
        self.layers = nn.Sequential(*layers, nn.Linear(width, 1))

    def forward(self, x, t):
        return self.layers(torch.cat([x, t]))


def gradient(u, v):
    return torch.autograd.grad(u, v, torch.ones_like(u), create_graph=True)[0]


def residual(net, x, t):
    x, t = x.requires_grad_(), t.requires_grad_()
    u = net(x, t)
    return gradient(u, t) - DIFFUSIVITY * gradient(gradient(u, x), x)


def loss_of(net, inside=100, start=50, ends=20):
    x, t = torch.rand(inside, 1), torch.rand(inside, 1)
    equation = residual(net, x, t).square().mean()

    x0 = torch.rand(start, 1)
    initial = (net(x0, torch.zeros_like(x0)) - torch.sin(math.pi * x0)).square().mean()

    tb = torch.rand(ends, 1)
    left, right = net(torch.zeros_like(tb), tb), net(torch.ones_like(tb), tb)
    boundary = left.square().mean() + right.square().mean()
    return equation + 10 * initial + boundary


def exact(x, t):
    return torch.exp(-DIFFUSIVITY * math.pi ** 2 * t) * torch.sin(math.pi * x)


def train(net, steps=60, lr=5e-3):
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for step in range(steps):
        loss = loss_of(net)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    net = HeatNet()
    train(net)
    x = torch.linspace(0, 1, 21)[:, None]
    t = torch.full_like(x, 0.5)
    print("largest error at t = 0.5:", (net(x, t) - exact(x, t)).abs().max().item())
