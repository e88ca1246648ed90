"""python train.py --config config.json"""
import argparse
import csv
import io
import json

import torch
from torch import nn

from network import MLP
from table import TABLE


def load(columns, target):
    rows = list(csv.DictReader(io.StringIO(TABLE)))
    x = torch.tensor([[float(row[c]) for c in columns] for row in rows])
    y = torch.tensor([float(row[target]) for row in rows])
    return (x - x.mean(dim=0)) / x.std(dim=0), y


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="config.json")
    args = parser.parse_args()
    with open(args.config) as stream:
        config = json.load(stream)
    torch.manual_seed(config["seed"])
    x, y = load(config["data"]["features"], config["data"]["target"])
    model = MLP(**config["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    for epoch in range(config["epochs"]):
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")
