# Spread measurements over a network of river gauges.
import numpy as np
import torch
import torch.nn as nn

STATIONS = np.array([3, 8, 11, 12, 19, 27, 40, 41, 55, 61, 78, 90])     # order of the rows below
LINKS = np.array([
    [3, 8], [8, 12], [11, 12], [12, 27], [19, 27], [27, 40], [40, 55],
    [41, 55], [55, 61], [61, 78], [78, 90],
])                                                                       # upstream, downstream


def load_network():
    rng = np.random.default_rng(2)
    levels = rng.normal(size=(len(STATIONS), 6)).astype(np.float32)
    edge_index = torch.from_numpy(LINKS.T.copy())
    return torch.from_numpy(levels), edge_index


class Propagate(nn.Module):
    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.lin = nn.Linear(fan_in, fan_out)

    def forward(self, x, edge_index):
        upstream, downstream = edge_index
        x = self.lin(x)
        out = torch.zeros_like(x)
        degree = torch.zeros(x.size(0), 1)
        out.index_add_(0, downstream, x[upstream])
        degree.index_add_(0, downstream, torch.ones(upstream.numel(), 1))
        return x + out / degree.clamp(min=1)


class GaugeNet(nn.Module):
    def __init__(self, features=6, hidden=16):
        super().__init__()
        self.first = Propagate(features, hidden)
        self.second = Propagate(hidden, 1)

    def forward(self, x, edge_index):
        return self.second(torch.relu(self.first(x, edge_index)), edge_index).squeeze(1)


def main():
    torch.manual_seed(0)
    x, edge_index = load_network()
    net = GaugeNet()
    forecast = net(x, edge_index)
    for station, value in zip(STATIONS, forecast.tolist()):
        print(f"station {station:3d}  {value:+.3f}")
    return forecast


if __name__ == "__main__":
    forecast = main()
