"""Electric load: read 12 hours of 8 sensors, write the next 6 hours."""
import torch
from torch import nn


class HistoryEncoder(nn.Module):
    def __init__(self, sensors, hidden, layers):
        super().__init__()
        self.gru = nn.GRU(sensors, hidden, num_layers=layers, batch_first=True, bidirectional=True)

    def forward(self, x):
        outputs, state = self.gru(x)
        return outputs, state


class FutureDecoder(nn.Module):
    def __init__(self, sensors, hidden, layers):
        super().__init__()
        self.gru = nn.GRU(sensors, 2 * hidden, num_layers=layers, batch_first=True)
        self.readout = nn.Linear(2 * hidden, sensors)

    def forward(self, last, state, horizon):
        step, steps = last, []
        for _ in range(horizon):
            out, state = self.gru(step, state)
            step = step + self.readout(out)
            steps.append(step)
        return torch.cat(steps, dim=1)


class LoadForecaster(nn.Module):
    def __init__(self, sensors=8, hidden=20, layers=2, horizon=6):
        super().__init__()
        self.horizon = horizon
        self.layers = layers
        self.hidden = hidden
        self.encoder = HistoryEncoder(sensors, hidden, layers)
        self.decoder = FutureDecoder(sensors, hidden, layers)

    def forward(self, x):
        _, state = self.encoder(x)
        last = x[:, -1:, :]
        return self.decoder(last, state, self.horizon)
