"""Load of the grid for the next day, from a trend and what is left beside it."""
import torch
import torch.nn as nn
import yaml


class MovingAverage(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size = kernel_size
        self.avg = nn.AvgPool1d(kernel_size, stride=1)

    def forward(self, x):
        pad = (self.kernel_size - 1) // 2
        front = x[:, :1].repeat(1, pad, 1)
        end = x[:, -1:].repeat(1, pad, 1)
        x = torch.cat([front, x, end], dim=1)
        return self.avg(x.transpose(1, 2)).transpose(1, 2)


class SeriesDecomp(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.moving_avg = MovingAverage(kernel_size)

    def forward(self, x):
        trend = self.moving_avg(x)
        return x - trend, trend


class DLinear(nn.Module):
    def __init__(self, seq_len, pred_len, channels, moving_avg, individual):
        super().__init__()
        self.decomp = SeriesDecomp(moving_avg)
        count = channels if individual else 1
        self.seasonal = nn.ModuleList(nn.Linear(seq_len, pred_len) for _ in range(count))
        self.trend = nn.ModuleList(nn.Linear(seq_len, pred_len) for _ in range(count))

    def project(self, layers, x):
        x = x.transpose(1, 2)
        if len(layers) == 1:
            return layers[0](x)
        return torch.stack([layer(x[:, i]) for i, layer in enumerate(layers)], dim=1)

    def forward(self, x):
        seasonal, trend = self.decomp(x)
        return (self.project(self.seasonal, seasonal) + self.project(self.trend, trend)).transpose(1, 2)


def build(path="config.yaml"):
    with open(path) as f:
        cfg = yaml.safe_load(f)
    d = cfg["data"]
    return DLinear(d["seq_len"], d["pred_len"], d["channels"], **cfg["model"])
