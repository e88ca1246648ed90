"""A linear probe on embeddings of bird song.

data/embeddings.npy was written by the recorders' group, who embed the recordings
on their machines and leave out those that cannot be decoded; data/species.npy is
our list, a species for each recording, in the order in which they were sent.
"""
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

DATA = Path(__file__).resolve().parent / "data"


def load(folder=DATA):
    embeddings = torch.from_numpy(np.load(folder / "embeddings.npy"))
    species = torch.from_numpy(np.load(folder / "species.npy"))
    embeddings = (embeddings - embeddings.mean(0)) / embeddings.std(0)
    return TensorDataset(embeddings, species)


def train(probe, loader, epochs=10, lr=1e-2):
    optimizer = torch.optim.AdamW(probe.parameters(), lr=lr)
    for epoch in range(epochs):
        for x, y in loader:
            loss = nn.functional.cross_entropy(probe(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def accuracy(probe, loader):
    hits = sum((probe(x).argmax(1) == y).sum().item() for x, y in loader)
    return hits / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(0)
    data = load()
    fitted, held_out = random_split(data, [0.8, 0.2])
    probe = nn.Linear(16, 5)
    train(probe, DataLoader(fitted, batch_size=16, shuffle=True))
    print("accuracy", accuracy(probe, DataLoader(held_out, batch_size=32)))
