"""python train.py [config.json]"""
import json
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from features import encode, make_table, rentals


def build_model(n_features, hidden, dropout):
    layers, width = [], n_features
    for size in hidden:
        layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(dropout)]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, 1), nn.Flatten(0))


def main(path="config.json"):
    with open(path) as f:
        cfg = json.load(f)
    torch.manual_seed(cfg["seed"])
    table = make_table(800, seed=1)
    data = TensorDataset(encode(table), rentals(table, seed=2))
    loader = DataLoader(data, batch_size=cfg["train"]["batch_size"], shuffle=True)
    model = build_model(**cfg["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg["train"]["lr"])
    for epoch in range(cfg["train"]["epochs"]):
        total = 0.0
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch}: mse {total / len(data):.3f}")
    return model


if __name__ == "__main__":
    model = main(*sys.argv[1:2])
