"""A character model of nursery tales."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

TALE = (
    "once upon a time there were three bears who lived together in a house of their own in a wood. "
    "one of them was a little small wee bear and one was a middle sized bear and the other was a great huge bear. "
) * 4


class Letters(Dataset):
    def __init__(self, text, length=24):
        self.alphabet = sorted(set(text))
        index = {c: i for i, c in enumerate(self.alphabet)}
        self.codes = torch.tensor([index[c] for c in text])
        self.length = length

    def __len__(self):
        return (len(self.codes) - 1) // self.length

    def __getitem__(self, i):
        piece = self.codes[i * self.length:(i + 1) * self.length + 1]
        return piece[:-1], piece[1:]


class CharGRU(nn.Module):
    def __init__(self, letters, width=16, hidden=48):
        super().__init__()
        self.embed = nn.Embedding(letters, width)
        self.gru = nn.GRU(width, hidden, batch_first=True)
        self.out = nn.Linear(hidden, letters)

    def forward(self, codes, state=None):
        y, state = self.gru(self.embed(codes), state)
        return self.out(y), state


def run_epoch(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    total, count = 0.0, 0
    for inputs, targets in loader:
        logits, _ = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * targets.numel()
        count += targets.numel()
    return total / count


@torch.no_grad()
def tell(model, alphabet, start, count=40):
    codes, state, text = torch.tensor([[alphabet.index(c) for c in start]]), None, start
    for _ in range(count):
        logits, state = model(codes, state)
        codes = torch.multinomial(logits[:, -1].softmax(-1), 1)
        text += alphabet[codes.item()]
    return text


if __name__ == "__main__":
    torch.manual_seed(0)
    data = Letters(TALE)
    model = CharGRU(len(data.alphabet))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    loader = DataLoader(data, batch_size=8, shuffle=True)
    for epoch in range(3):
        print(f"epoch {epoch}: {run_epoch(model, loader, optimizer):.3f} nats a letter")
    print(tell(model, data.alphabet, "once "))
