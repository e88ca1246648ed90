"""Fit a generator of stellar brightness by comparing samples (maximum mean discrepancy)."""
import torch
from torch import nn


def kernel(a, b, scales=(0.2, 1.0, 5.0)):
    """a: (n,), b: (m,) -> (n, m)"""
    difference = a.unsqueeze(1) - b
    return sum(torch.exp(-difference ** 2 / (2 * s ** 2)) for s in scales)


def mmd(x, y):
    n, m = len(x), len(y)
    kxx, kyy, kxy = kernel(x, x), kernel(y, y), kernel(x, y)
    kxx = (kxx.sum() - kxx.diagonal().sum()) / (n * (n - 1))
    kyy = (kyy.sum() - kyy.diagonal().sum()) / (m * (m - 1))
    return kxx + kyy - 2 * kxy.mean()


class Brightness(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, count):
        return self.net(torch.randn(count, 2)).squeeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    observed = torch.cat([torch.randn(150) * 0.3 - 1, torch.randn(90) * 0.5 + 2])
    model = Brightness()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(20):
        loss = mmd(model(128), observed)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("mmd", loss.item())
