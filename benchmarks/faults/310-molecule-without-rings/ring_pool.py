"""Solubility from two bags per molecule: its atoms and its rings (some have none)."""
import torch
from torch import nn


def pool_sum(x, batch, size=None):
    if size is None:
        size = int(batch.max()) + 1
    return x.new_zeros(size, x.shape[1]).index_add(0, batch, x)


def join(molecules):
    atoms = torch.cat([m["atoms"] for m in molecules])
    rings = torch.cat([m["rings"] for m in molecules])
    numbers = torch.arange(len(molecules))
    atom_batch = numbers.repeat_interleave(torch.tensor([len(m["atoms"]) for m in molecules]))
    ring_batch = numbers.repeat_interleave(torch.tensor([len(m["rings"]) for m in molecules]))
    target = torch.tensor([m["solubility"] for m in molecules])
    return atoms, atom_batch, rings, ring_batch, target


class Solubility(nn.Module):
    def __init__(self, atom_dim=6, ring_dim=4, hidden=16):
        super().__init__()
        self.atom = nn.Sequential(nn.Linear(atom_dim, hidden), nn.ReLU())
        self.ring = nn.Sequential(nn.Linear(ring_dim, hidden), nn.ReLU())
        self.out = nn.Linear(hidden, 1)

    def forward(self, atoms, atom_batch, rings, ring_batch):
        count = int(atom_batch[-1]) + 1
        h = pool_sum(self.atom(atoms), atom_batch, size=count)
        r = pool_sum(self.ring(rings), ring_batch)
        return self.out(r + h).squeeze(-1)


def make(n_atoms, n_rings):
    return {"atoms": torch.randn(n_atoms, 6), "rings": torch.randn(n_rings, 4), "solubility": torch.randn(()).item()}


if __name__ == "__main__":
    torch.manual_seed(0)
    molecules = [make(9, 1), make(4, 0), make(15, 3), make(7, 1), make(5, 0)]
    model = Solubility()
    atoms, ab, rings, rb, target = join(molecules)
    loss = nn.functional.mse_loss(model(atoms, ab, rings, rb), target)
    loss.backward()
    print(loss.item())
