"""Three hospitals train on their own scans; the server averages what they learned."""
import copy

import torch
from torch import nn


def build():
    return nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 2))


def local_round(model, scans, labels, epochs=1, batch=8):
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(epochs):
        for i in range(0, len(scans), batch):
            loss = nn.functional.cross_entropy(model(scans[i:i + batch]), labels[i:i + batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.state_dict()


def aggregate(states, sizes):
    total = sum(sizes)
    averaged = {}
    for key, first in states[0].items():
        averaged[key] = torch.zeros_like(first)
        for state, n in zip(states, sizes):
            averaged[key] += state[key] * (n / total)
    return averaged


def federated_round(model, hospitals):
    states = [local_round(model, scans, labels) for scans, labels in hospitals]
    model.load_state_dict(aggregate(states, [len(scans) for scans, _ in hospitals]))
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    hospitals = []
    for n in (40, 16, 24):
        scans = torch.randn(n, 1, 12, 12)
        hospitals.append((scans, (scans.mean(dim=(1, 2, 3)) > 0).long()))
    model = build()
    for _ in range(2):
        federated_round(model, hospitals)
    print({k: tuple(v.shape) for k, v in model.state_dict().items()})
