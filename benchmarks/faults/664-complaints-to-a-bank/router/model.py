"""Which department of a bank answers a complaint."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class Router(nn.Module):
    def __init__(self, vocabulary, departments, embedding, hidden, layers, bidirectional, dropout):
        super().__init__()
        self.directions = 2 if bidirectional else 1
        self.embed = nn.Embedding(vocabulary, embedding, padding_idx=0)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.norm = nn.LayerNorm(hidden)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, departments)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.rnn(packed)
        last = torch.cat(h[-self.directions:].unbind(0), dim=1)
        return self.out(self.drop(self.norm(last)))
