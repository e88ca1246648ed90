import math

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

batch_size = 32
look_back = 24
hidden_dim = 24


def water_level(hours):
    t = torch.arange(hours).float()
    level = 1.6 * torch.sin(2 * math.pi * t / 12.42) + 0.5 * torch.sin(2 * math.pi * t / 12.0) + 0.2 * torch.sin(2 * math.pi * t / 25.8)
    return level + 0.05 * torch.randn(hours)


def create_dataset(series, look_back):
    windows = series.unfold(0, look_back + 1, 1)
    return TensorDataset(windows[:, :-1].unsqueeze(-1), windows[:, -1:])


class LSTMModel(nn.Module):
    def __init__(self, input_dim, hidden_dim, batch_size, output_dim=1, num_layers=1):
        super(LSTMModel, self).__init__()
        self.hidden_dim = hidden_dim
        self.batch_size = batch_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_dim, hidden_dim, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_dim, output_dim)

    def init_hidden(self):
        return (torch.zeros(self.num_layers, self.batch_size, self.hidden_dim),
                torch.zeros(self.num_layers, self.batch_size, self.hidden_dim))

    def forward(self, x):
        lstm_out, _ = self.lstm(x, self.init_hidden())
        return self.linear(lstm_out[:, -1])


def train(model, loader, num_epochs, lr=0.01):
    loss_fn = nn.MSELoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(num_epochs):
        for x, y in loader:
            optimiser.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimiser.step()
        print("Epoch", epoch, "MSE", round(loss.item(), 4))


def predict(model, loader):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(x) for x, _ in loader])


if __name__ == "__main__":
    torch.manual_seed(1)
    level = water_level(650)
    train_set = create_dataset(level[:480 + look_back], look_back)
    test_set = create_dataset(level[480 + look_back:], look_back)
    model = LSTMModel(1, hidden_dim, batch_size)
    train(model, DataLoader(train_set, batch_size=batch_size, shuffle=True), num_epochs=3)
    test_loader = DataLoader(test_set, batch_size=batch_size)
    y = test_set.tensors[1]
    y_pred = predict(model, test_loader)
    print("test RMSE", (y_pred - y[:len(y_pred)]).pow(2).mean().sqrt().item())
