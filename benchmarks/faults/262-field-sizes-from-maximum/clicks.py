"""Click prediction with a factorisation machine; all fields share one table of vectors."""
import numpy as np
import torch
from torch import nn

FIELDS = ("site", "device", "hour", "campaign")


def load_log(rows=300, seed=5):
    rng = np.random.default_rng(seed)
    table = np.stack([rng.integers(0, n, rows) for n in (9, 3, 24, 6)], axis=1)
    table[:4] = [[8, 2, 23, 5], [0, 0, 0, 0], [8, 0, 23, 0], [0, 2, 0, 5]]
    clicked = (rng.random(rows) < 0.2 + 0.05 * table[:, 1]).astype(np.float32)
    return table, clicked


def field_sizes(table):
    return table.max(axis=0)


class FactorisationMachine(nn.Module):
    def __init__(self, sizes, dim=8):
        super().__init__()
        sizes = np.asarray(sizes)
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self.register_buffer("offsets", torch.from_numpy(offsets))
        self.linear = nn.Embedding(int(sizes.sum()), 1)
        self.vectors = nn.Embedding(int(sizes.sum()), dim)
        self.bias = nn.Parameter(torch.zeros(1))

    def rows(self, ids):
        return ids + self.offsets

    def forward(self, ids):
        rows = self.rows(ids)
        v = self.vectors(rows)
        pairs = 0.5 * (v.sum(dim=1) ** 2 - (v ** 2).sum(dim=1)).sum(dim=1)
        return self.bias + self.linear(rows).sum(dim=1).squeeze(1) + pairs


def train(epochs=3):
    torch.manual_seed(0)
    table, clicked = load_log()
    ids, y = torch.from_numpy(table), torch.from_numpy(clicked)
    model = FactorisationMachine(field_sizes(table))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for epoch in range(epochs):
        loss = nn.functional.binary_cross_entropy_with_logits(model(ids), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("epoch", epoch, "loss", round(loss.item(), 4))
    return model


if __name__ == "__main__":
    model = train()
