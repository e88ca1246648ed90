"""Learn what each sensor says next; what is far from it is strange."""
import json
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from data import Windows, load_series
from net import Forecaster


def train(model, loader, epochs, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            loss = (model(x) - y).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total / len(loader):.3f}")


@torch.no_grad()
def anomaly_scores(model, loader):
    return torch.cat([(model(x) - y).abs() for x, y in loader])


if __name__ == "__main__":
    torch.manual_seed(0)
    config = json.loads(Path("config.json").read_text())
    series = load_series(config["dataset"])
    data = Windows(series, config["window"])
    model = Forecaster(config["num_nodes"], config["window"], config["channels"], config["node_dim"])
    train(model, DataLoader(data, config["batch_size"], shuffle=True), config["epochs"], config["lr"])
    scores = anomaly_scores(model, DataLoader(data, config["batch_size"]))
    print(f"strangest step: {int(scores.sum(dim=1).argmax())} of {len(scores)}")
