"""Spoken commands from log-mel spectrograms."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 16
MELS, FRAMES = 12, 20
COMMANDS = ["yes", "no", "up", "down"]


def recordings(count, generator):
    labels = torch.randint(0, len(COMMANDS), (count,), generator=generator)
    spectrograms = torch.randn(count, 1, MELS, FRAMES, generator=generator)
    for i, label in enumerate(labels.tolist()):
        spectrograms[i, 0, 3 * label:3 * label + 3] += 1.5
    return TensorDataset(spectrograms, labels)


class CommandNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(8 * (MELS // 2) * (FRAMES // 2), len(COMMANDS))

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = x.view(BATCH_SIZE, -1)
        return self.fc(x)


def accuracy(model, loader):
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            seen += len(y)
    return right / seen, seen


if __name__ == "__main__":
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    train = DataLoader(recordings(96, generator), batch_size=BATCH_SIZE, shuffle=True)
    test = DataLoader(recordings(43, generator), batch_size=BATCH_SIZE)
    model = CommandNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(3):
        model.train()
        for x, y in train:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    score, seen = accuracy(model, test)
    print(f"{score:.3f} of {seen} commands")
