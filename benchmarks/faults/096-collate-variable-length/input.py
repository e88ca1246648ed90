import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class GestureDataset(Dataset):
    """Recordings of 6 sensor channels with different durations."""

    def __init__(self, n=37, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.items = []
        for i in range(n):
            length = int(torch.randint(20, 60, (1,), generator=g))
            self.items.append((torch.randn(length, 6, generator=g), i % 3))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class GestureNet(nn.Module):
    def __init__(self, channels=6, hidden=24, classes=3):
        super().__init__()
        self.rnn = nn.GRU(channels, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x, lengths=None):
        out, _ = self.rnn(x)
        if lengths is None:
            return self.fc(out.mean(dim=1))
        keep = torch.arange(out.size(1)) < lengths.unsqueeze(1)
        out = out.masked_fill(~keep.unsqueeze(-1), 0.0)
        return self.fc(out.sum(dim=1) / lengths.unsqueeze(1))


def main():
    torch.manual_seed(0)
    data = GestureDataset()
    loader = DataLoader(data, batch_size=8, shuffle=True)
    net = GestureNet()
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(2):
        for x, y in loader:
            loss = loss_fn(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 3))


if __name__ == "__main__":
    main()
