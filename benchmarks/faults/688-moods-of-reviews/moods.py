"""The mood of a review: a BiLSTM over its words, and attention that pools them."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.project = nn.Linear(width, width)
        self.query = nn.Linear(width, 1, bias=False)

    def forward(self, states, mask):
        scores = self.query(torch.tanh(self.project(states))).squeeze(-1)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=1)
        return (weights.unsqueeze(-1) * states).sum(dim=1), weights


class MoodNet(nn.Module):
    PAD = 0

    def __init__(self, words=100, embedding=16, hidden=12, moods=3):
        super().__init__()
        self.embed = nn.Embedding(words, embedding, padding_idx=self.PAD)
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True, bidirectional=True)
        self.attention = Attention(2 * hidden)
        self.classify = nn.Linear(2 * hidden, moods)

    def forward(self, words, lengths):
        """words: batch x time, filled up with PAD to a common length (that of the data set)."""
        time = torch.arange(words.size(1), device=words.device)
        mask = time < lengths.unsqueeze(1)
        packed = pack_padded_sequence(
            self.embed(words), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        pooled, _ = self.attention(states, mask)
        return self.classify(pooled)


def step(model, optimizer, words, lengths, moods):
    loss = nn.functional.cross_entropy(model(words, lengths), moods)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
