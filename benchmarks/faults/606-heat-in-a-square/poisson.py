"""Solve Poisson's equation on the unit square with a small network, in the style of torch.func."""
import math

import torch
from torch.func import hessian, vmap


def init(sizes, generator):
    return [
        ((torch.randn(a, b, generator=generator) / math.sqrt(a)).requires_grad_(), torch.zeros(b, requires_grad=True))
        for a, b in zip(sizes, sizes[1:])
    ]


def network(params, xy):
    """The solution at places; it vanishes at the border."""
    x, y = xy[:, 0], xy[:, 1]
    border = x * (1 - x) * y * (1 - y)
    h = xy
    for w, b in params[:-1]:
        h = torch.tanh(h @ w + b)
    w, b = params[-1]
    return border * (h @ w + b).squeeze(-1)


def source(xy):
    return -2 * math.pi**2 * torch.sin(math.pi * xy).prod(dim=-1)


def exact(xy):
    return torch.sin(math.pi * xy).prod(dim=-1)


def laplacian(params, points):
    """The sum of the second derivatives at each of the points."""
    def at(point):
        return hessian(network, argnums=1)(params, point).diagonal().sum()

    return vmap(at)(points)


def residual(params, points):
    return laplacian(params, points) - source(points)


def main():
    generator = torch.Generator().manual_seed(0)
    params = init([2, 20, 20, 1], generator)
    optimizer = torch.optim.Adam([p for layer in params for p in layer], lr=5e-3)
    axis = torch.linspace(0, 1, 15)
    grid = torch.cartesian_prod(axis, axis)
    for step in range(121):
        points = torch.rand(80, 2, generator=generator)
        loss = residual(params, points).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 40 == 0:
            with torch.no_grad():
                error = (network(params, grid) - exact(grid)).abs().max()
            print(f"step {step}: residual {loss.item():.3f}, error {error.item():.4f}")
    return params


if __name__ == "__main__":
    params = main()
