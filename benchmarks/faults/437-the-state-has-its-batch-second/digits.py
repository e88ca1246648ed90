"""Copy sequences after a pause: a network reads one step at a time and its state is looked at in between."""
import torch
from torch import nn


class Echo(nn.Module):
    def __init__(self, symbols=6, width=12):
        super().__init__()
        self.symbols, self.width = symbols, width
        self.lstm = nn.LSTM(symbols, width, batch_first=True)
        self.read = nn.Linear(width, symbols)

    def forward(self, x):
        """(batch, time, symbols) to the same shape, step by step."""
        batch, time, _ = x.shape
        state = (torch.zeros(1, batch, self.width), torch.zeros(1, batch, self.width))
        outs = []
        for t in range(time):
            state = self.lstm(x[:, [t], :], state)[1]
            outs.append(self.read(state[0]))
        return torch.cat(outs).transpose(0, 1)


def batch_of(count, length, symbols=6):
    ids = torch.randint(0, symbols, (count, length))
    return nn.functional.one_hot(ids, symbols).float(), ids.roll(2, dims=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Echo()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(5):
        x, y = batch_of(32, 8)
        out = model(x)
        loss = nn.functional.cross_entropy(out[:, 2:].reshape(-1, model.symbols), y[:, 2:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(out.shape, round(loss.item(), 3))
