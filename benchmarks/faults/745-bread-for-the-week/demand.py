"""How many loaves does each bakery sell on the next seven days?"""
import random
from typing import Optional

import torch
from torch import Tensor, nn


class Encoder(nn.Module):
    def __init__(self, features: int, hidden: int, layers: int):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, num_layers=layers, batch_first=True)

    def forward(self, history: Tensor):
        _, state = self.lstm(history)
        return state


class Decoder(nn.Module):
    """Goes on one day at a time from the sales of the day before."""

    def __init__(self, hidden: int, layers: int):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, num_layers=layers, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, sales: Tensor, state):
        out, state = self.lstm(sales, state)
        return self.head(out), state


class Seq2Seq(nn.Module):
    """history: (bakeries, days, features), sales in the first feature -> (bakeries, horizon)"""

    def __init__(self, features: int = 5, hidden: int = 32, layers: int = 2, horizon: int = 7,
                 teacher_forcing: float = 0.5):
        super().__init__()
        self.horizon = horizon
        self.teacher_forcing = teacher_forcing
        self.encoder = Encoder(features, hidden, layers)
        self.decoder = Decoder(hidden, layers)

    def forward(self, history: Tensor, future: Optional[Tensor] = None) -> Tensor:
        state = self.encoder(history)
        day = history[:, -1, :1]
        forecast = []
        for step in range(self.horizon):
            day, state = self.decoder(day, state)
            forecast.append(day)
            if self.training and future is not None and random.random() < self.teacher_forcing:
                day = future[:, step:step + 1]
        return torch.cat(forecast, dim=1)


class Scaler:
    """Puts the sales of every bakery on one scale."""

    def __init__(self, sales: Tensor):
        self.mean = sales.mean(dim=1, keepdim=True)
        self.std = sales.std(dim=1, keepdim=True).clamp(min=1e-6)

    def __call__(self, sales: Tensor) -> Tensor:
        return (sales - self.mean) / self.std

    def inverse(self, scaled: Tensor) -> Tensor:
        return scaled * self.std + self.mean


def wape(forecast: Tensor, actual: Tensor) -> Tensor:
    """Weighted absolute percentage error, a number per bakery."""
    assert forecast.shape == actual.shape
    return (forecast - actual).abs().sum(dim=1) / actual.abs().sum(dim=1).clamp(min=1e-6)


def train_step(model: Seq2Seq, optimizer: torch.optim.Optimizer, history: Tensor, future: Tensor) -> float:
    model.train()
    optimizer.zero_grad()
    forecast = model(history, future)
    loss = nn.functional.smooth_l1_loss(forecast, future)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
