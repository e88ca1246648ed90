"""A language model over the words of counting; its state is carried from batch to batch."""
import torch
from torch import nn
import torch.nn.functional as F

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "."]


class CarryModel(nn.Module):
    """Reads three words and predicts the fourth; every row of a batch goes on with its own state."""

    def __init__(self, vocabulary, hidden=12):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, hidden)
        self.mix = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, vocabulary)
        self.h = 0

    def forward(self, x):
        for i in range(3):
            self.h = self.h + self.embed(x[:, i])
            self.h = F.relu(self.mix(self.h))
        out = self.out(self.h)
        self.h = self.h.detach()
        return out

    def reset(self):
        self.h = 0


def group_chunks(samples, batch_size):
    """Row k of every batch follows on row k of the batch before; what does not fill a batch is left out."""
    m = len(samples) // batch_size
    return [samples[i + m * j] for i in range(m) for j in range(batch_size)]


def make_batches(tokens, batch_size):
    samples = [(tokens[i:i + 3], tokens[i + 3]) for i in range(0, len(tokens) - 4, 3)]
    samples = group_chunks(samples, batch_size)
    for start in range(0, len(samples), batch_size):
        part = samples[start:start + batch_size]
        yield torch.stack([s[0] for s in part]), torch.stack([s[1] for s in part])


def epoch(model, optimizer, tokens, batch_size=5):
    model.reset()
    total, n = 0.0, 0
    for x, y in make_batches(tokens, batch_size):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, n = total + loss.item(), n + 1
    return total / n


if __name__ == "__main__":
    torch.manual_seed(0)
    tokens = torch.tensor([i % len(WORDS) for i in range(203)])
    model = CarryModel(len(WORDS))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(3):
        print(epoch(model, optimizer, tokens))
