"""What the sensors of a pump will read: a long record is read in overlapping chunks."""
import torch
from torch import nn


class ChunkedForecaster(nn.Module):
    """One recurrence inside the chunks, and one from chunk to chunk.

    A record is (batch, time, sensors), the forecast (batch, horizon, sensors).
    """

    def __init__(self, sensors=5, chunk=16, hop=8, hidden=24, horizon=4):
        super().__init__()
        self.chunk, self.hop, self.horizon = chunk, hop, horizon
        self.norm = nn.LayerNorm(hidden)
        self.local = nn.GRU(sensors, hidden, batch_first=True)
        self.overall = nn.GRU(hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, horizon * sensors)

    def forward(self, x):
        last = x[:, -1:]
        chunks = (x - last).unfold(1, self.chunk, self.hop)
        batch, count = chunks.shape[:2]
        _, h = self.local(chunks.flatten(0, 1))
        summary = self.norm(h[-1]).view(batch, count, -1)
        _, h = self.overall(summary)
        return last + self.head(h[-1]).view(batch, self.horizon, -1)
