"""A pile of recurrent cells of different widths that reads sensor values one moment at a time."""
import torch
from torch import nn


class DropoutCell(nn.Module):
    """A cell that drops numbers of its output with the same mask for a whole sequence."""

    def __init__(self, inputs, width, dropout=0.0):
        super().__init__()
        self.cell = nn.LSTMCell(inputs, width)
        self.width, self.dropout = width, dropout
        self.mask = None

    def start(self, batch):
        keep = 1 - self.dropout
        self.mask = torch.full((batch, self.width), keep).bernoulli() / keep if self.training and self.dropout else None
        return torch.zeros(batch, self.width), torch.zeros(batch, self.width)

    def forward(self, x, state):
        h, c = self.cell(x, state)
        return (h if self.mask is None else h * self.mask), (h, c)


class MultiLayerLSTM(nn.Module):
    """layer_sizes tells the width of every layer; the last one drops nothing."""

    def __init__(self, inputs, layer_sizes, dropout=0.2):
        super().__init__()
        self.layers = nn.ModuleList()
        previous = inputs
        for size in layer_sizes[:-1]:
            self.layers.append(DropoutCell(previous, size, dropout))
            previous = size
        self.layers.append(DropoutCell(previous, size, dropout=0.0))

    def start(self, batch):
        return [layer.start(batch) for layer in self.layers]

    def forward(self, x, states):
        new = []
        for layer, state in zip(self.layers, states):
            x, state = layer(x, state)
            new.append(state)
        return x, new


class Recogniser(nn.Module):
    def __init__(self, inputs=6, layer_sizes=(16, 12, 8), classes=3):
        super().__init__()
        self.rnn = MultiLayerLSTM(inputs, layer_sizes)
        self.classify = nn.Linear(layer_sizes[-1], classes)

    def forward(self, x):
        states = self.rnn.start(len(x))
        for moment in x.unbind(dim=1):
            out, states = self.rnn(moment, states)
        return self.classify(out)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Recogniser()
    loss = nn.functional.cross_entropy(model(torch.randn(5, 10, 6)), torch.randint(0, 3, (5,)))
    loss.backward()
    print(loss.item())
