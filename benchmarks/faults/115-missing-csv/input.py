import csv
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


def load(path):
    with open(path, newline="") as f:
        rows = [[float(v) for v in r] for r in list(csv.reader(f))[1:]]
    t = torch.tensor(rows)
    return t[:, :-1], t[:, -1].long()


def main():
    x, y = load("data/heart_train.csv")
    net = nn.Sequential(nn.Linear(x.size(1), 32), nn.ReLU(), nn.Linear(32, int(y.max()) + 1))
    for xb, yb in DataLoader(TensorDataset(x, y), 32, shuffle=True):
        nn.functional.cross_entropy(net(xb), yb).backward()


if __name__ == "__main__":
    main()
