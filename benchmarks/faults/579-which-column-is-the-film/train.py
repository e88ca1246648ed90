"""Learn what somebody thinks of a film that they have not seen."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from movielens import create_dataset, load_ratings


class EmbeddingNet(nn.Module):
    def __init__(self, n_users, n_movies, n_factors=8, hidden=16, dropout=0.0):
        super().__init__()
        self.u = nn.Embedding(n_users, n_factors)
        self.m = nn.Embedding(n_movies, n_factors)
        self.drop = nn.Dropout(dropout)
        self.hidden = nn.Sequential(nn.Linear(2 * n_factors, hidden), nn.ReLU())
        self.fc = nn.Linear(hidden, 1)

    def forward(self, users, movies, minmax=None):
        features = torch.cat([self.u(users), self.m(movies)], dim=1)
        x = self.hidden(self.drop(features))
        out = torch.sigmoid(self.fc(x))
        if minmax is not None:
            low, high = minmax
            out = out * (high - low + 1) + low - 0.5
        return out


def run_epoch(net, loader, criterion, optimizer, minmax, training):
    net.train(training)
    total = 0.0
    for x_batch, y_batch in loader:
        with torch.set_grad_enabled(training):
            outputs = net(x_batch[:, 1], x_batch[:, 0], minmax)
            loss = criterion(outputs, y_batch.view(-1, 1))
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        total += loss.item() * len(x_batch)
    return total / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(1)
    (n_users, n_movies), X, y = create_dataset(load_ratings())
    print(f"{n_users} users, {n_movies} films, {len(X)} ratings")
    split = int(0.8 * len(X))
    sets = [TensorDataset(torch.from_numpy(X[a:b]), torch.from_numpy(y[a:b])) for a, b in ((0, split), (split, len(X)))]
    loaders = [DataLoader(sets[0], 32, shuffle=True), DataLoader(sets[1], 64)]
    minmax = (float(y.min()), float(y.max()))
    net = EmbeddingNet(n_users, n_movies)
    criterion, optimizer = nn.MSELoss(), torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        train = run_epoch(net, loaders[0], criterion, optimizer, minmax, True)
        val = run_epoch(net, loaders[1], criterion, optimizer, minmax, False)
        print(f"epoch {epoch + 1}: train {train:.3f}, val {val:.3f}")
