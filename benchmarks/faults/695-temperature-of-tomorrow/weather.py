"""Two days of five readings in, the temperature of the next 24 hours out."""
import random

import torch
from torch import nn


class WeatherSeq2Seq(nn.Module):
    def __init__(self, readings=5, hidden=32, horizon=24, temperature=0):
        super().__init__()
        self.horizon, self.temperature = horizon, temperature
        self.encoder = nn.GRU(readings, hidden, batch_first=True)
        self.cell = nn.GRUCell(1, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, past, future=None, teacher_forcing=0.5):
        """past: batch x hours x readings; future, while training: batch x horizon."""
        _, h = self.encoder(past)
        h = h[-1]
        step = past[:, -1, self.temperature].unsqueeze(1)
        forecast = []
        for hour in range(self.horizon):
            h = self.cell(h, step)
            step = self.out(h)
            forecast.append(step)
            if future is not None and random.random() < teacher_forcing:
                step = future[:, hour].unsqueeze(1)
        return torch.cat(forecast, dim=1)


def fit(model, batches, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for past, future in batches:
        loss = nn.functional.l1_loss(model(past, future), future)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
