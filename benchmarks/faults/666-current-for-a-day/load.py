"""Forecast the load of a grid for the next day from the last week."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


@dataclass
class Config:
    lookback: int = 168
    horizon: int = 24
    hidden: int = 32
    batch_size: int = 32
    epochs: int = 2
    lr: float = 2e-3


def series(hours=1500, seed=0):
    """Columns: load, temperature, is it a weekend."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    temperature = np.sin(2 * np.pi * t / 24) + 0.1 * rng.standard_normal(hours)
    weekend = ((t // 24) % 7 >= 5).astype(float)
    load = np.sin(2 * np.pi * (t - 6) / 24) - 0.5 * weekend + 0.3 * temperature
    return np.stack([load, temperature, weekend], axis=1).astype(np.float32)


class Windows(Dataset):
    def __init__(self, table, cfg):
        self.table, self.cfg = torch.from_numpy(table), cfg

    def __len__(self):
        return len(self.table) - self.cfg.lookback - self.cfg.horizon + 1

    def __getitem__(self, i):
        middle = i + self.cfg.lookback
        past = self.table[i:middle]
        future = self.table[middle:middle + self.cfg.horizon, :1]
        return past, future


class Forecaster(nn.Module):
    def __init__(self, columns, cfg):
        super().__init__()
        self.rnn = nn.GRU(columns, cfg.hidden, batch_first=True)
        self.head = nn.Linear(cfg.hidden, cfg.horizon)

    def forward(self, past):
        _, h = self.rnn(past)
        return self.head(h[-1])


def fit(model, data, cfg):
    loader = DataLoader(data, batch_size=cfg.batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    for epoch in range(cfg.epochs):
        losses = []
        for past, future in loader:
            loss = ((model(past) - future) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: {np.mean(losses):.4f}")
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    cfg = Config()
    data = Windows(series(), cfg)
    model = Forecaster(3, cfg)
    losses = fit(model, data, cfg)
