"""Predict the next hours of a tide gauge from the preceding ones."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

LOOKBACK = 24
HORIZON = 6


def tide(hours=240):
    t = np.arange(hours)
    level = np.sin(2 * np.pi * t / 12.42) + 0.4 * np.sin(2 * np.pi * t / 24)
    return level.astype(np.float32)


def make_windows(series, lookback=LOOKBACK, horizon=HORIZON):
    inputs, futures = [], []
    for start in range(len(series) - lookback + 1):
        inputs.append(series[start:start + lookback])
    for start in range(lookback, len(series) - horizon + 1):
        futures.append(series[start:start + horizon])
    return torch.from_numpy(np.stack(inputs)), torch.from_numpy(np.stack(futures))


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(LOOKBACK, 32), nn.ReLU(), nn.Linear(32, HORIZON))

    def forward(self, x):
        return self.net(x)


def fit(series, epochs=3):
    inputs, futures = make_windows(series)
    loader = DataLoader(TensorDataset(inputs, futures), batch_size=32, shuffle=True)
    model = Forecaster()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(epochs):
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "mse", round(loss.item(), 4))
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    model = fit(tide())
