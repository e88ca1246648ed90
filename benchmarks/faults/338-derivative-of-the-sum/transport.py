"""A network that satisfies u_x = 2 u_t + u with u(x, 0) = 6 exp(-3 x)."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=20, depth=3):
        super().__init__()
        layers, inputs = [], 2
        for _ in range(depth):
            layers += [nn.Linear(inputs, width), nn.Sigmoid()]
            inputs = width
        self.body = nn.Sequential(*layers, nn.Linear(width, 1))

    def forward(self, x, t):
        return self.body(torch.cat([x, t], dim=1))


def derivatives(u, x, t):
    u_x = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    u_t = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    return u_x, u_t


def residual(net, x, t):
    u = net(x, t)
    u_x, u_t = derivatives(u, x, t)
    return u_x - 2 * u_t - u


def train(net, steps=50, points=64):
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(steps):
        x = torch.rand(points, 1) * 2
        start = net(x, torch.zeros_like(x))
        loss_start = (start - 6 * torch.exp(-3 * x)).pow(2).mean()
        x = (torch.rand(points, 1) * 2).requires_grad_(True)
        t = torch.rand(points, 1).requires_grad_(True)
        loss = loss_start + residual(net, x, t).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Net()
    print(train(net))
