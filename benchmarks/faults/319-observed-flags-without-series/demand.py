import torch
from torch import nn


class MeanScaler(nn.Module):
    """Divides every series by its mean absolute value over the observed steps."""

    def __init__(self, minimum=1e-6):
        super().__init__()
        self.minimum = minimum

    def forward(self, data, observed):
        seen = observed.sum(dim=1, keepdim=True).clamp(min=1)
        scale = (data.abs() * observed).sum(dim=1, keepdim=True) / seen
        scale = scale.clamp(min=self.minimum)
        return data / scale, scale


class DemandForecaster(nn.Module):
    def __init__(self, series=3, horizon=6, hidden=24):
        super().__init__()
        self.horizon, self.series = horizon, series
        self.scaler = MeanScaler()
        self.gru = nn.GRU(series, hidden, batch_first=True)
        self.out = nn.Linear(hidden, horizon * series)

    def forward(self, past, observed=None):
        """past: batch, time, series; observed: batch, time, 1 where the shop was open."""
        if observed is None:
            observed = torch.ones(past.shape[:2], dtype=past.dtype)
        past = past * observed
        scaled, scale = self.scaler(past, observed)
        _, h = self.gru(scaled)
        y = self.out(h[-1]).view(-1, self.horizon, self.series)
        return y * scale
