"""Find parties, courts and dates in court files: one tag per word, -100 where a sentence is filled up."""
import random

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence

TAGS = ["O", "B-PARTY", "I-PARTY", "COURT", "DATE"]
WORDS = 120


class Tagger(nn.Module):
    def __init__(self, words=WORDS, tags=len(TAGS), embedding=16, hidden=24):
        super().__init__()
        self.embedding = nn.Embedding(words, embedding, padding_idx=0)
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden, tags)

    def forward(self, words):
        """(batch, length) -> (batch, length, tags)"""
        return self.linear(self.lstm(self.embedding(words))[0])


def sentences(count, seed):
    rng = random.Random(seed)
    out = []
    for _ in range(count):
        words, tags = [], []
        while len(words) < rng.randint(6, 14):
            tag = rng.choice([0, 0, 0, 1, 3, 4])
            words.append(rng.randint(1, 23) + 24 * tag if tag != 1 else rng.randint(25, 47))
            tags.append(tag)
            if tag == 1:
                words.append(rng.randint(49, 71))
                tags.append(2)
        out.append((torch.tensor(words), torch.tensor(tags)))
    return out


def batches(data, size):
    for i in range(0, len(data), size):
        words, tags = zip(*data[i:i + size])
        yield pad_sequence(words, batch_first=True), pad_sequence(tags, batch_first=True, padding_value=-100)


def train(model, data, epochs=5, lr=1e-2, batch_size=8):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for epoch in range(epochs):
        model.train()
        losses = []
        for words, tags in batches(data, batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(words), tags, ignore_index=-100)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history.append(sum(losses) / len(losses))
    return history


@torch.no_grad()
def accuracy(model, data):
    model.eval()
    right = total = 0
    for words, tags in batches(data, 8):
        real = tags != -100
        right += (model(words).argmax(dim=-1) == tags)[real].sum().item()
        total += real.sum().item()
    return right / total


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Tagger()
    history = train(model, sentences(160, seed=0))
    print("loss", [round(x, 3) for x in history])
    print(f"accuracy {accuracy(model, sentences(40, seed=1)):.3f}")
