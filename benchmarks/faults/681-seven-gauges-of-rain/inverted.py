"""Forecast gauges of rain with attention among the gauges: each is one token, made of all of its past."""
import torch
from torch import nn


class SeriesNorm(nn.Module):
    """Take mean and deviation of every series off, and put them back."""

    def forward(self, x):
        mean = x.mean(dim=1, keepdim=True)
        deviation = torch.sqrt(x.var(dim=1, keepdim=True, unbiased=False) + 1e-5)
        return (x - mean) / deviation, mean, deviation


class InvertedForecaster(nn.Module):
    def __init__(self, lookback=96, horizon=24, width=32, heads=4, layers=2):
        super().__init__()
        self.norm = SeriesNorm()
        self.embed = nn.Linear(lookback, width)
        layer = nn.TransformerEncoderLayer(width, heads, 2 * width, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.project = nn.Linear(width, horizon)

    def forward(self, x):
        """(batch, lookback, gauges) to (batch, horizon, gauges)."""
        x, mean, deviation = self.norm(x)
        tokens = self.embed(x.transpose(1, 2))
        y = self.project(self.encoder(tokens)).mT
        return y * deviation + mean
