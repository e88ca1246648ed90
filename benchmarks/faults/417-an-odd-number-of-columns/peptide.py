"""Read peptides letter by letter: 20 amino acids, a mark for the end, 29 numbers for each letter."""
import math

import torch
from torch import nn


class PositionalEmbedding(nn.Module):
    """Even columns are sines, odd columns cosines of the same frequencies."""

    def __init__(self, d_model, max_len=512):
        super().__init__()
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len).float().unsqueeze(1)
        div_term = (torch.arange(0, d_model, 2).float() * -(math.log(10000.0) / d_model)).exp()
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        return self.pe[:, :x.size(1)]


class PeptideEncoder(nn.Module):
    def __init__(self, letters=21, d_model=29, layers=1):
        super().__init__()
        self.token = nn.Embedding(letters, d_model)
        self.position = PositionalEmbedding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, 1, 4 * d_model, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.charge = nn.Linear(d_model, 3)

    def forward(self, ids):
        x = self.token(ids) + self.position(ids)
        return self.charge(self.encoder(x).mean(dim=1))


if __name__ == "__main__":
    torch.manual_seed(0)
    print(PeptideEncoder()(torch.randint(0, 21, (4, 12))).shape)
