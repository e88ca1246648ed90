"""Which loans are not paid back. A loan counts by its amount."""
import argparse

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


def make_table(n, seed):
    """Columns: eight features, default (0 or 1), exposure."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 8))
    score = features @ np.array([0.9, -0.6, 0.4, 0.0, 0.3, -0.2, 0.0, 0.8])
    default = (score + rng.logistic(size=n) > 1.0).astype(float)
    exposure = np.exp(0.8 * rng.normal(size=n) + default)
    return np.column_stack([features, default, exposure]).astype(np.float32)


class Loans(Dataset):
    def __init__(self, table):
        self.x = torch.from_numpy(table[:, :8])
        self.y = torch.from_numpy(table[:, 8])
        exposure = torch.from_numpy(table[:, 9:])
        self.w = exposure / exposure.mean()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i], self.w[i]


class Scorecard(nn.Module):
    def __init__(self, n_features=8, hidden=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_features, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 1),
        )

    def forward(self, x):
        return self.net(x).squeeze(-1)


def run_epoch(model, loader, optimizer=None):
    total, count = 0.0, 0
    for x, y, w in loader:
        loss = F.binary_cross_entropy_with_logits(model(x), y, reduction="none")
        loss = (loss * w).mean()
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=3e-3)
    args = parser.parse_args()
    torch.manual_seed(0)
    train_loader = DataLoader(Loans(make_table(800, 0)), args.batch_size, shuffle=True)
    valid_loader = DataLoader(Loans(make_table(300, 1)), args.batch_size)
    model = Scorecard()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        train_loss = run_epoch(model, train_loader, optimizer)
        with torch.no_grad():
            valid_loss = run_epoch(model, valid_loader)
        print(f"{epoch + 1:2d}  train {train_loss:.4f}  valid {valid_loss:.4f}")
