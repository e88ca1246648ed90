"""A recurrence over words that stops where each review does."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class ReviewRNN(nn.Module):
    def __init__(self, vocab_size, embedding_dim=12, hidden_dim=16, n_layers=2):
        super().__init__()
        self.n_layers, self.hidden_dim = n_layers, hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, n_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_dim, 1)

    def init_hidden(self, batch_size):
        weight = self.fc.weight
        return tuple(weight.new_zeros(2 * self.n_layers, batch_size, self.hidden_dim) for _ in range(2))

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.rnn(packed, self.init_hidden(text.size(0)))
        return self.fc(torch.cat([hidden[-2], hidden[-1]], dim=1)).squeeze(1)
