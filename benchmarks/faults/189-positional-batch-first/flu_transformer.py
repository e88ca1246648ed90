import math

import torch
from torch import nn, Tensor


class PositionalEncoder(nn.Module):
    """
    Adds sinusoids to an embedded series.

    batch_first=False : x is [time, batch, d_model]
    batch_first=True  : x is [batch, time, d_model]
    """

    def __init__(self, dropout: float = 0.1, max_seq_len: int = 500, d_model: int = 32, batch_first: bool = False):
        super().__init__()
        self.d_model = d_model
        self.dropout = nn.Dropout(p=dropout)
        self.batch_first = batch_first
        self.x_dim = 1 if batch_first else 0

        position = torch.arange(max_seq_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_seq_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer('pe', pe)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.pe[:x.size(self.x_dim)]
        return self.dropout(x)


class FluTransformer(nn.Module):
    """Weekly case counts in, the level of the coming week out."""

    def __init__(self, d_model: int = 32, n_heads: int = 4, layers: int = 1, batch_first: bool = False):
        super().__init__()
        self.batch_first = batch_first
        self.inp = nn.Linear(1, d_model)
        self.pos = PositionalEncoder(d_model=d_model, dropout=0.0, batch_first=batch_first)
        layer = nn.TransformerEncoderLayer(d_model, n_heads, 64, 0.0, batch_first=batch_first)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.out = nn.Linear(d_model, 1)

    def forward(self, src: Tensor) -> Tensor:
        h = self.encoder(self.pos(self.inp(src)))
        last = h[:, -1] if self.batch_first else h[-1]
        return self.out(last)
