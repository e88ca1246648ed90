"""Learn what an animal does at each frame, from features of a film and a table that somebody filled in by hand."""
import csv
import json
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

PROJECT = Path(__file__).parent / "project"


def read_labels(path):
    """Rows of a table: at each frame for each behaviour whether it happens."""
    with open(path, newline="") as file:
        return torch.tensor([[float(cell) for cell in row] for row in csv.reader(file)])


class Frames(Dataset):
    def __init__(self, labels, config):
        self.labels, self.length = labels, config["sequence_length"]
        self.features = torch.randn(len(labels), config["features"])
        self.classes = len(config["classes"])

    def __len__(self):
        return len(self.labels) - self.length + 1

    def __getitem__(self, index):
        middle = index + self.length // 2
        target = torch.zeros(self.classes)
        target[:] = self.labels[middle]
        return self.features[index:index + self.length], target


class Ethogram(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.rnn = nn.GRU(features, 12, batch_first=True)
        self.out = nn.Linear(12, classes)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


def pos_weight(labels):
    positive = labels.sum(0).clamp(min=1)
    return (len(labels) - positive) / positive


if __name__ == "__main__":
    torch.manual_seed(0)
    config = json.loads((PROJECT / "config.json").read_text())
    labels = read_labels(PROJECT / "labels.csv")
    dataset = Frames(labels, config)
    model = Ethogram(config["features"], len(config["classes"]))
    criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight(labels))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        for x, target in DataLoader(dataset, batch_size=config["batch_size"], shuffle=True):
            loss = criterion(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
