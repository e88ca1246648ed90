"""Faults of a wind turbine from its six accelerometers, (batch, time, sensors)."""
import torch
from torch import nn


class VibrationNet(nn.Module):
    """A strided convolution shortens the recording, a GRU reads what is left."""

    def __init__(self, sensors=6, channels=16, hidden=24, faults=5):
        super().__init__()
        self.conv = nn.Conv1d(sensors, channels, kernel_size=5, stride=2, padding=2)
        self.norm = nn.LayerNorm(channels)
        self.gru = nn.GRU(channels, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, faults))

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = self.norm(x.transpose(1, 2))
        _, h = self.gru(x)
        return self.head(h[-1])


def train_step(model, optimizer, recording, fault):
    loss = nn.functional.cross_entropy(model(recording), fault)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
