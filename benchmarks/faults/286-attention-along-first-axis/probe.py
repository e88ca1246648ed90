import torch
from torch import nn


class SeriesEncoder(nn.Module):
    """Encode (batch, time, channels); missing readings are NaN in the first channel."""

    def __init__(self, channels=32, heads=8):
        super().__init__()
        self.attend = nn.MultiheadAttention(channels, heads)
        self.norm = nn.LayerNorm(channels)
        self.query = nn.Parameter(torch.randn(1, 1, channels))
        self.clock = nn.Embedding(64, channels)

    def with_time(self, x):
        steps = torch.arange(x.size(1), device=x.device) % self.clock.num_embeddings
        return x + self.clock(steps)

    def forward(self, x):
        missing = torch.isnan(x[..., 0])                     # batch, time
        x = self.with_time(torch.nan_to_num(x))
        keys = self.norm(x).transpose(0, 1)                  # time, batch, channels
        query = self.query.expand(-1, x.size(0), -1)
        pooled, weights = self.attend(query, keys, keys, key_padding_mask=missing)
        return pooled.squeeze(0), weights.squeeze(1)
