"""Forecasts by a recurrence over lagged values and what is known of each hour."""
import torch
from torch import nn

LAGS = (1, 2, 3, 4, 5, 6, 7, 12, 23, 24, 25, 168)


def time_features(start, length):
    """Hour, day of the week, day of the month and month of each step, and how old the series is."""
    hours = start + torch.arange(length, dtype=torch.float32)
    parts = [hours % 24 / 23, hours // 24 % 7 / 6, hours // 24 % 30 / 29, hours // 720 % 12 / 11]
    return torch.stack([*parts, torch.log10(2 + hours)], dim=1)


class IQNNetwork(nn.Module):
    def __init__(self, input_size, num_cells, cardinality, embedding_dimension):
        super().__init__()
        self.embed = nn.Embedding(cardinality, embedding_dimension)
        self.rnn = nn.GRU(input_size, num_cells, batch_first=True)
        self.quantile = nn.Sequential(nn.Linear(1, num_cells), nn.Softplus())
        self.output = nn.Linear(num_cells, 1)

    def inputs(self, series, features, cat, first):
        """One row for each step from ``first`` on."""
        length = series.size(1)
        lagged = torch.stack([series[:, first - lag:length - lag] for lag in LAGS], dim=2)
        steps = lagged.size(1)
        static = self.embed(cat).unsqueeze(1).expand(-1, steps, -1)
        time = features[first:].unsqueeze(0).expand(len(series), -1, -1)
        return torch.cat([lagged, time, static], dim=2)

    def forward(self, series, features, cat, tau):
        first = max(LAGS)
        state, _ = self.rnn(self.inputs(series, features, cat, first))
        return self.output(state * self.quantile(tau.unsqueeze(2))).squeeze(2)


class ImplicitQuantileEstimator:
    def __init__(self, input_size, cardinality, embedding_dimension=6, num_cells=16, epochs=2, batch_size=8, lr=1e-2):
        self.network = IQNNetwork(input_size, num_cells, cardinality, embedding_dimension)
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr

    def train(self, series, start=0):
        first, features = max(LAGS), time_features(start, series.size(1))
        optimizer = torch.optim.Adam(self.network.parameters(), lr=self.lr)
        for epoch in range(self.epochs):
            total = 0.0
            for batch in torch.randperm(len(series)).split(self.batch_size):
                past, target = series[batch], series[batch, first:]
                tau = torch.rand(target.shape)
                error = target - self.network(past, features, batch, tau)
                loss = torch.max(tau * error, (tau - 1) * error).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch)
            print(f"epoch {epoch}: {total / len(series):.4f}")
        return self.network
