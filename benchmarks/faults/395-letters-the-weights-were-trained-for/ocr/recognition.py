"""Reads words from pictures of one line."""
import torch
from torch import nn

from ocr.vocabs import VOCABS


class CRNN(nn.Module):
    """The class after the last letter stands for nothing."""

    def __init__(self, vocab, width=8):
        super().__init__()
        self.vocab = vocab
        self.features = nn.Sequential(nn.Conv2d(1, width, 3, stride=(2, 1), padding=1), nn.ReLU(),
                                      nn.Conv2d(width, width, 3, stride=(2, 2), padding=1), nn.ReLU())
        self.decoder = nn.LSTM(2 * width, 12, bidirectional=True, batch_first=True)
        self.linear = nn.Linear(24, len(vocab) + 1)

    def forward(self, x):
        x = self.features(x)
        x = x.flatten(1, 2).transpose(1, 2)
        return self.linear(self.decoder(x)[0])

    @torch.no_grad()
    def read(self, x):
        words = []
        for row in self(x).argmax(-1).tolist():
            kept = [n for n, before in zip(row, [None] + row) if n != before and n < len(self.vocab)]
            words.append("".join(self.vocab[n] for n in kept))
        return words


def crnn(vocab=VOCABS["french"], **kwargs):
    return CRNN(vocab, **kwargs)
