"""Which bearing of a turbine is worn, from windows of three accelerometers."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH = 16
BEARINGS = 4


class VibrationLSTM(nn.Module):
    def __init__(self, sensors=3, hidden=24, layers=2, batch_size=BATCH, classes=BEARINGS):
        super().__init__()
        self.hidden, self.layers, self.batch_size = hidden, layers, batch_size
        self.lstm = nn.LSTM(sensors, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def init_hidden(self):
        shape = (self.layers, self.batch_size, self.hidden)
        return torch.zeros(shape), torch.zeros(shape)

    def forward(self, x):
        out, _ = self.lstm(x, self.init_hidden())
        return self.fc(out[:, -1])


def windows(count, seed, length=30):
    g = torch.Generator().manual_seed(seed)
    worn = torch.randint(0, BEARINGS, (count,), generator=g)
    t = torch.arange(length) / length
    wave = torch.sin(2 * torch.pi * (2 + 3 * worn[:, None]) * t)
    x = wave[..., None] * torch.tensor([1.0, 0.6, 0.3]) + 0.3 * torch.randn(count, length, 3, generator=g)
    return TensorDataset(x, worn)


def train(model, loader, epochs=2):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        seen = 0
        for x, worn in loader:
            loss = criterion(model(x), worn)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            seen += len(x)
        print(f"epoch {epoch}: {seen} windows, loss {loss.item():.3f}")
    return seen


if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader = DataLoader(windows(100, seed=1), batch_size=BATCH, shuffle=True)
    model = VibrationLSTM()
    seen = train(model, train_loader)
