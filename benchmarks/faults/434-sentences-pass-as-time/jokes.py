"""Learn the next word of jokes; the state goes on from batch to batch within an epoch."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

TEXT = ("why did the hen cross the road to get to the other side why did the dog not cross the road "
        "it was not a hen what did the road say to the hen nothing it was a road")


class Jokes(Dataset):
    """Words and the words after them: two rows of `length` numbers."""

    def __init__(self, text, length):
        self.words = sorted(set(text.split()))
        self.numbers = torch.tensor([self.words.index(word) for word in text.split()])
        self.length = length

    def __len__(self):
        return len(self.numbers) - self.length

    def __getitem__(self, start):
        part = self.numbers[start:start + self.length + 1]
        return part[:-1], part[1:]


class Reader(nn.Module):
    """Takes (batch, time) and a state, gives (batch, time, words) and the next state."""

    def __init__(self, words, width=16, layers=2):
        super().__init__()
        self.width, self.layers = width, layers
        self.table = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width, num_layers=layers)
        self.guess = nn.Linear(width, words)

    def forward(self, x, state):
        out, state = self.lstm(self.table(x), state)
        return self.guess(out), state

    def empty(self, size):
        return torch.zeros(self.layers, size, self.width), torch.zeros(self.layers, size, self.width)


def train(jokes, reader, batch_size=4, epochs=2):
    optimizer = torch.optim.Adam(reader.parameters(), lr=1e-2)
    for _ in range(epochs):
        state = reader.empty(jokes.length)
        for x, y in DataLoader(jokes, batch_size, drop_last=True):
            guess, state = reader(x, state)
            state = tuple(part.detach() for part in state)
            loss = nn.functional.cross_entropy(guess.flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(round(loss.item(), 3))


if __name__ == "__main__":
    torch.manual_seed(0)
    jokes = Jokes(TEXT, 6)
    train(jokes, Reader(len(jokes.words)))
