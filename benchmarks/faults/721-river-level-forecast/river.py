"""Level of rivers for the next hours, from rain, level and temperature.

Tensors have the hours first, (hours, rivers, gauges), as the archive delivers them.
"""
import torch
from torch import nn


class RiverForecaster(nn.Module):
    def __init__(self, gauges=3, hidden=20, layers=2, horizon=6):
        super().__init__()
        self.lstm = nn.LSTM(gauges, hidden, layers)
        self.norm = nn.LayerNorm(hidden)
        self.out = nn.Linear(hidden, horizon)

    def forward(self, history):
        """(hours, rivers, gauges) to (horizon, rivers): change of the level from the last hour on."""
        output, (h, c) = self.lstm(history)
        last = self.norm(output[-1])
        return history[-1, :, 1] + self.out(last).transpose(0, 1)


def train_step(model, optimizer, history, following):
    """following: (horizon, rivers)."""
    loss = nn.functional.mse_loss(model(history), following)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def windows(series, hours=48, horizon=6):
    """Cut (time, rivers, gauges) into what is known and the levels that follow."""
    for start in range(0, series.size(0) - hours - horizon + 1, horizon):
        stop = start + hours
        yield series[start:stop], series[stop:stop + horizon, :, 1]
