import torch
import torch.nn as nn


class Decoder(nn.Module):
    """Left-to-right decoder; must never look at later target tokens."""

    def __init__(self, vocab, dim=24, hidden=32, layers=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, hidden, layers, batch_first=True)
        self.query = nn.Linear(hidden, 2 * hidden)
        self.out = nn.Linear(3 * hidden, vocab)

    def forward(self, ids, state, memory):
        y, state = self.gru(self.emb(ids), state)
        att = (self.query(y) @ memory.transpose(1, 2)).softmax(-1)
        return self.out(torch.cat([y, att @ memory], dim=-1)), state
