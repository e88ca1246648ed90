"""Rings of atoms with a short tail, and how far each pair of atoms is apart."""
import torch
from torch.utils.data import Dataset


class RingGraphs(Dataset):
    """An item: features x (n,), attn_bias (n, n), the distances spatial_pos (n, n)."""

    def __init__(self, count, atoms=12):
        self.items = [self.make(5 + i % 4, 1 + i % 3, atoms, i) for i in range(count)]

    @staticmethod
    def make(ring, tail, atoms, index):
        n = ring + tail
        adjacency = torch.zeros(n, n, dtype=torch.bool)
        for i in range(n):
            j = (i + 1) % ring if i < ring else i - 1
            adjacency[i, j] = adjacency[j, i] = True
        distance = torch.full((n, n), n)
        distance.fill_diagonal_(0)
        reach = torch.eye(n, dtype=torch.bool)
        for step in range(1, n):
            reach = reach | (reach.float() @ adjacency.float()).bool()
            distance[reach & (distance == n)] = step
        x = torch.arange(n) * 7 % atoms + 1
        return {"idx": index, "x": x, "attn_bias": torch.zeros(n, n), "spatial_pos": distance}

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]
