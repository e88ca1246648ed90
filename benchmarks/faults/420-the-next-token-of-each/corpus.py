"""Cut a text into pieces of equal length, each with the piece that follows one token later."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

TEXT = "the wind was up and the boat was out and nobody on the shore knew when it would come home again"


class Dictionary:
    def __init__(self, text):
        self.words = sorted(set(text.split()))

    def numbers(self, text):
        return [self.words.index(word) for word in text.split()]


class Pieces(Dataset):
    """Pairs of a piece and what comes after each of its tokens; a piece begins every `stride` tokens."""

    def __init__(self, numbers, length, stride):
        self.pairs = []
        for start in range(0, len(numbers) - length, stride):
            seen = numbers[start:start + length]
            ahead = numbers[start + 1:length + 1]
            self.pairs.append((torch.tensor(seen), torch.tensor(ahead)))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


def pieces_of(text, dictionary, batch_size=4, length=4, stride=3, shuffle=True):
    data = Pieces(dictionary.numbers(text), length, stride)
    return DataLoader(data, batch_size, shuffle=shuffle, drop_last=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    dictionary = Dictionary(TEXT)
    size = len(dictionary.words)
    model = nn.Sequential(nn.Embedding(size, 16), nn.Linear(16, size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for seen, ahead in pieces_of(TEXT, dictionary, shuffle=False):
        loss = nn.functional.cross_entropy(model(seen).flatten(0, 1), ahead.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(seen.shape, round(loss.item(), 3))
