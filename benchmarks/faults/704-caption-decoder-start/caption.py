"""Captions of pictures: features of a frozen backbone start an LSTM that writes the words."""
import torch
from torch import nn


class Captioner(nn.Module):
    def __init__(self, channels=32, vocabulary=80, embedding=16, hidden=24, layers=2):
        super().__init__()
        self.hidden, self.layers = hidden, layers
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.init_h = nn.Linear(channels, layers * hidden)
        self.init_c = nn.Linear(channels, layers * hidden)
        self.embed = nn.Embedding(vocabulary, embedding, padding_idx=0)
        self.lstm = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def start(self, features):
        """The state from which a picture is told."""
        pooled = self.pool(features).flatten(1)
        h = torch.tanh(self.init_h(pooled)).view(-1, self.layers, self.hidden)
        c = self.init_c(pooled).view(-1, self.layers, self.hidden)
        return h, c

    def forward(self, features, words):
        output, _ = self.lstm(self.embed(words), self.start(features))
        return self.out(output)

    @torch.no_grad()
    def tell(self, features, first=1, longest=12):
        state = self.start(features)
        word = torch.full((features.size(0), 1), first)
        words = []
        for _ in range(longest):
            output, state = self.lstm(self.embed(word), state)
            word = self.out(output).argmax(dim=-1)
            words.append(word)
        return torch.cat(words, dim=1)
