"""Reads a sentence, and writes the question, word by word."""
import torch
from torch import nn


class Seq2Seq(nn.Module):
    def __init__(self, words, embed=12, hidden=24, pad=0):
        super().__init__()
        self.embed = nn.Embedding(words, embed, padding_idx=pad)
        self.enc = nn.GRU(embed, hidden, batch_first=True)
        self.dec = nn.GRU(embed, hidden, batch_first=True)
        self.out = nn.Linear(2 * hidden, words)

    def forward(self, sentence, len_sentence, question):
        """The last word of the question is never read: nothing follows it. (B, L - 1, words)"""
        memory, _ = self.enc(self.embed(sentence))
        state = memory[torch.arange(len(sentence)), len_sentence - 1].unsqueeze(0)
        hidden, _ = self.dec(self.embed(question[:, :-1]), state)
        scores = (hidden @ memory.transpose(1, 2)).masked_fill((sentence == 0).unsqueeze(1), float("-inf"))
        context = scores.softmax(-1) @ memory
        return self.out(torch.cat([hidden, context], dim=-1))
