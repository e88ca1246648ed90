"""Next-note model on melodies of different length."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

PAD, NOTES = 0, 24


class Melody(nn.Module):
    def __init__(self, dim=16, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(NOTES, dim, padding_idx=PAD)
        self.rnn = nn.GRU(dim, hidden, batch_first=True)
        self.score = nn.Linear(hidden, NOTES)

    def forward(self, notes):
        return self.score(self.rnn(self.embed(notes))[0])


def loss_and_perplexity(model, notes):
    scores = model(notes[:, :-1])
    losses = nn.functional.cross_entropy(scores.transpose(1, 2), notes[:, 1:], ignore_index=PAD, reduction="none")
    count = (notes[:, 1:] != PAD).sum(dim=1)
    per_melody = losses.sum(dim=1) / count
    return losses.sum() / count.sum(), per_melody.exp()


if __name__ == "__main__":
    torch.manual_seed(0)
    melodies = [torch.randint(1, NOTES, (n,)) for n in (9, 24, 5, 24)]
    notes = pad_sequence(melodies, batch_first=True, padding_value=PAD)
    model = Melody()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for step in range(5):
        loss, perplexity = loss_and_perplexity(model, notes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, round(loss.item(), 3), [round(p, 1) for p in perplexity.tolist()])
