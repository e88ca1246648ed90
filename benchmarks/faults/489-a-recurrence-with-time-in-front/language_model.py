"""Guess the next word with a recurrence that drops weights and inputs the same way at every step."""
import torch
from torch import nn

from better_lstm import LSTM


class LanguageModel(nn.Module):
    """Words (steps, sentences) to scores of the next ones (steps, sentences, vocabulary)."""

    def __init__(self, vocab, dim=12, hidden=20):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.lstm = LSTM(dim, hidden, num_layers=2, dropouti=0.2, dropoutw=0.2, dropouto=0.2)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, words, state=None):
        y, state = self.lstm(self.embed(words), state)
        return self.out(y), state


def batchify(stream, bsz):
    steps = len(stream) // bsz
    return stream[:steps * bsz].view(bsz, steps).t().contiguous()


if __name__ == "__main__":
    torch.manual_seed(0)
    data = batchify(torch.randint(0, 30, (400,)), bsz=8)
    model = LanguageModel(30)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    state, bptt = None, 12
    for start in range(0, len(data) - bptt - 1, bptt):
        words, targets = data[start:start + bptt], data[start + 1:start + 1 + bptt]
        scores, state = model(words, state)
        state = tuple(part.detach() for part in state)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{start}: {loss.item():.3f}")
