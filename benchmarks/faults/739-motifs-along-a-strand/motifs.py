"""Does a strand of DNA hold TATA in its first half? Sequences of 40 bases."""
import math

import torch
import torch.nn as nn

BASES = "ACGT"


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=500):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[:x.size(0)]
        return self.dropout(x)


class StrandClassifier(nn.Module):
    def __init__(self, d_model=24, nhead=4, layers=2):
        super().__init__()
        self.embedding = nn.Embedding(len(BASES), d_model)
        self.positions = PositionalEncoding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, nhead, 2 * d_model, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(d_model, 2)

    def forward(self, strands):
        """strands: (batch, length) -> (batch, 2)"""
        x = self.positions(self.embedding(strands) * math.sqrt(self.embedding.embedding_dim))
        return self.head(self.encoder(x).mean(dim=1))


def strands(count, length=40):
    x = torch.randint(0, 4, (count, length))
    y = torch.randint(0, 2, (count,))
    motif = torch.tensor([BASES.index(c) for c in "TATA"])
    for row, label in zip(x, y):
        half = 0 if label else length // 2
        start = half + int(torch.randint(0, length // 2 - 4, (1,)))
        row[start:start + 4] = motif
    return x, y


if __name__ == "__main__":
    torch.manual_seed(0)
    model = StrandClassifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for step in range(40):
        x, y = strands(32)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        x, y = strands(200)
        print(f"loss {loss.item():.3f}, accuracy {(model(x).argmax(1) == y).float().mean():.3f}")
