"""A decoder that says what happens in a film, and a reconstructor that sees it again."""
import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, n_words, embedding_size, hidden_size, feature_size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, embedding_size)
        self.rnn = nn.GRU(embedding_size + feature_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, n_words)

    def forward(self, films, words):
        film = films.mean(dim=1, keepdim=True).expand(-1, words.size(1), -1)
        hidden, _ = self.rnn(torch.cat([self.embedding(words), film], dim=2))
        return self.out(hidden), hidden


class GlobalReconstructor(nn.Module):
    def __init__(self, hidden_size, feature_size):
        super().__init__()
        self.rnn = nn.GRU(hidden_size, feature_size, batch_first=True)

    def forward(self, hidden):
        return self.rnn(hidden)[0].mean(dim=1)
