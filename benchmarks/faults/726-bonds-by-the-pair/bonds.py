"""A small message passing net that learns how many oxygens are bound to carbons."""
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

ATOMS = {"C": 0, "N": 1, "O": 2}


@dataclass
class Graph:
    atoms: torch.Tensor       # (nodes,)
    edge_index: torch.Tensor  # (2, edges): from, to
    target: float


class Molecules(Dataset):
    """Random trees of C, N and O. Every bond goes both ways."""

    def __init__(self, count, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.graphs = []
        for _ in range(count):
            n = int(torch.randint(4, 10, (1,), generator=g))
            atoms = torch.randint(0, 3, (n,), generator=g)
            bonds = [(int(torch.randint(0, i, (1,), generator=g)), i) for i in range(1, n)]
            target = sum({int(atoms[a]), int(atoms[b])} == {ATOMS["C"], ATOMS["O"]} for a, b in bonds)
            self.graphs.append(self.to_graph(atoms, bonds, float(target)))

    @staticmethod
    def to_graph(atoms, bonds, target):
        edges = torch.tensor([way for a, b in bonds for way in ((a, b), (b, a))])
        return Graph(atoms, edges, target)

    def __len__(self):
        return len(self.graphs)

    def __getitem__(self, i):
        return self.graphs[i]


def collate(graphs):
    """One big graph of many, with the number of the molecule of every atom."""
    edges, owner, shift = [], [], 0
    for number, graph in enumerate(graphs):
        edges.append(graph.edge_index + shift)
        owner += [number] * len(graph.atoms)
        shift += len(graph.atoms)
    atoms = torch.cat([graph.atoms for graph in graphs])
    target = torch.tensor([graph.target for graph in graphs])
    return atoms, torch.cat(edges, dim=1), torch.tensor(owner), target


class Messages(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.message = nn.Sequential(nn.Linear(2 * dim, dim), nn.ReLU())
        self.update = nn.GRUCell(dim, dim)

    def forward(self, h, edge_index):
        source, target = edge_index
        m = self.message(torch.cat([h[source], h[target]], dim=1))
        return self.update(torch.zeros_like(h).index_add(0, target, m), h)


class Net(nn.Module):
    def __init__(self, dim=24, rounds=2):
        super().__init__()
        self.embed = nn.Embedding(len(ATOMS), dim)
        self.layers = nn.ModuleList([Messages(dim) for _ in range(rounds)])
        self.out = nn.Linear(dim, 1)

    def forward(self, atoms, edge_index, owner):
        h = self.embed(atoms)
        for layer in self.layers:
            h = layer(h, edge_index)
        y = self.out(h).squeeze(1)
        return y.new_zeros(int(owner.max()) + 1).index_add(0, owner, y)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    loader = DataLoader(Molecules(300), batch_size=30, shuffle=True, collate_fn=collate)
    for epoch in range(12):
        for atoms, edge_index, owner, target in loader:
            loss = nn.functional.mse_loss(net(atoms, edge_index, owner), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(f"squared error of the last batch: {loss.item():.3f}")
