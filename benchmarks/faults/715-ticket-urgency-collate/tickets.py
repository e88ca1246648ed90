"""How urgent a support ticket is, by the mean of its words."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

PAD = 0


def tickets(count, vocabulary=50, levels=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    result = []
    for _ in range(count):
        level = int(torch.randint(0, levels, (1,), generator=generator))
        length = int(torch.randint(4, 15, (1,), generator=generator))
        words = torch.randint(levels + 1, vocabulary, (length,), generator=generator)
        words[:2] = level + 1
        result.append((words, level))
    return result


def collate(batch):
    words, levels = zip(*batch)
    return pad_sequence(words, padding_value=PAD), torch.tensor(levels)


class UrgencyNet(nn.Module):
    def __init__(self, vocabulary=50, width=16, levels=3):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=PAD)
        self.out = nn.Linear(width, levels)

    def forward(self, words):
        """words: (batch, longest), padded with PAD."""
        there = (words != PAD).unsqueeze(-1)
        mean = (self.embed(words) * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)
        return self.out(mean)


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(tickets(96), batch_size=8, shuffle=True, collate_fn=collate)
    model = UrgencyNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
    for epoch in range(6):
        total = 0.0
        for words, levels in loader:
            loss = nn.functional.cross_entropy(model(words), levels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total / len(loader):.3f}")
