"""Predict the next value of a sensor; after training every window is evaluated once."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Config:
    batch_size: int = 16
    width: int = 20
    depth: int = 2
    window: int = 12
    stateful: bool = False


class SensorLSTM(nn.Module):
    """A stateless network starts every batch from nothing; a stateful one goes on where the last batch ended."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.lstm = nn.LSTM(1, config.width, config.depth, batch_first=True)
        self.head = nn.Linear(config.width, 1)
        self.state = None

    def empty_state(self):
        size = (self.config.depth, self.config.batch_size, self.config.width)
        return torch.zeros(size), torch.zeros(size)

    def forward(self, x):
        if self.state is None or not self.config.stateful:
            self.state = self.empty_state()
        out, state = self.lstm(x, self.state)
        self.state = tuple(s.detach() for s in state)
        return self.head(out[:, -1])


def windows(series, config):
    parts = series.unfold(0, config.window + 1, 1)
    return TensorDataset(parts[:, :-1, None], parts[:, -1:])


def fit(model, data, config, epochs=2):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(epochs):
        for x, y in DataLoader(data, config.batch_size, shuffle=not config.stateful, drop_last=True):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def evaluate(model, data, config):
    """A prediction for every window, in their order."""
    model.eval()
    return torch.cat([model(x) for x, _ in DataLoader(data, config.batch_size)])


if __name__ == "__main__":
    torch.manual_seed(0)
    config = Config()
    model = SensorLSTM(config)
    fit(model, windows(torch.sin(torch.arange(100) / 5), config), config)
    held_out = windows(torch.sin(torch.arange(100, 147) / 5), config)
    print(evaluate(model, held_out, config).shape)
