import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self, vocab, dim=24, hidden=32, layers=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, hidden, layers, batch_first=True, bidirectional=True)

    def forward(self, ids):
        return self.gru(self.emb(ids))       # (b, s, 2*hidden), (2*layers, b, hidden)
