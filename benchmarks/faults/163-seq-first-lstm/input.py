import torch.nn as nn


class TurbineRUL(nn.Module):
    """Remaining life. x: (batch, cycles, sensors); the LSTM is sequence-first."""

    def __init__(self, sensors=14, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(sensors, hidden, num_layers=2)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        out, (h, c) = self.lstm(x.transpose(0, 1))
        return self.head(out[-1]).squeeze(-1)
