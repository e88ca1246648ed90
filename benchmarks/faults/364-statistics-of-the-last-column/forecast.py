"""Forecast one series from several: all columns come in, the last is predicted."""
import torch
from torch import nn


class RevIN(nn.Module):
    """Takes mean and spread out of every window and column, and puts them back into what is predicted."""

    def __init__(self, columns, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(columns))
        self.bias = nn.Parameter(torch.zeros(columns))

    def normalise(self, x):
        self.mean = x.mean(dim=1, keepdim=True).detach()
        self.stdev = (x.var(dim=1, keepdim=True, unbiased=False) + self.eps).sqrt().detach()
        return (x - self.mean) / self.stdev * self.weight + self.bias

    def restore(self, x):
        x = (x - self.bias) / (self.weight + self.eps)
        return x * self.stdev + self.mean


class Mixer(nn.Module):
    """(batch, seen, columns) to (batch, ahead, 1)."""

    def __init__(self, columns=5, seen=24, ahead=6, width=16):
        super().__init__()
        self.rev = RevIN(columns)
        self.temporal = nn.Sequential(nn.Linear(seen, width), nn.GELU(), nn.Linear(width, seen))
        self.channel = nn.Sequential(nn.Linear(columns, width), nn.GELU(), nn.Linear(width, columns))
        self.ahead = nn.Linear(seen, ahead)
        self.target = nn.Linear(columns, 1)

    def forward(self, x):
        x = self.rev.normalise(x)
        x = x + self.temporal(x.transpose(1, 2)).transpose(1, 2)
        x = x + self.channel(x)
        x = self.ahead(x.transpose(1, 2)).transpose(1, 2)
        return self.rev.restore(self.target(x))


@torch.no_grad()
def predict(model, windows, batch_size=8, ahead=6):
    model.eval()
    forecasts = torch.empty(len(windows), ahead, 1)
    for start in range(0, len(windows), batch_size):
        part = windows[start:start + batch_size]
        forecasts[start:start + len(part)] = model(part)
    return forecasts


if __name__ == "__main__":
    torch.manual_seed(0)
    series = torch.cumsum(torch.randn(60, 5), dim=0) + 10 * torch.arange(5)
    windows = series.unfold(0, 24, 1).transpose(1, 2)
    forecasts = predict(Mixer(), windows)
    print(forecasts.shape, forecasts.mean().item())
