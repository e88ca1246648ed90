"""1, 2, 3, 4: which number comes next?"""
import numpy as np
import torch
from torch.utils.data import DataLoader

from sequence import WindowDataset

WINDOW, SCALE, BATCH_SIZE, EPOCHS = 10, 100.0, 9, 30


class LSTM(torch.nn.Module):
    """One number for each window."""

    def __init__(self, hidden=20):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, hidden, 1, batch_first=True)
        self.fc = torch.nn.Linear(hidden, 1)
        self.flatten = torch.nn.Flatten(start_dim=1, end_dim=2)

    def forward(self, x):
        x, _ = self.lstm(x)
        x = self.fc(x)
        x = self.flatten(x)
        return x


def train(model, loader, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    criterion = torch.nn.MSELoss()
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            prediction = model(x)
            loss = criterion(prediction, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1}: loss {total / len(loader.dataset):.6f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    data = np.arange(0, 100, 1)
    dataset = WindowDataset(WINDOW, data, SCALE)
    model = LSTM()
    train(model, DataLoader(dataset, BATCH_SIZE, shuffle=True), EPOCHS)
    model.eval()
    with torch.no_grad():
        for start in (1, 40, 80):
            window = torch.arange(start, start + WINDOW).float()
            guess = model((window / SCALE).view(1, WINDOW, 1)) * SCALE
            print(f"{start} to {start + WINDOW - 1}: next {np.round(guess.flatten().numpy(), 1)}")
