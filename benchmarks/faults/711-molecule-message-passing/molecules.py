"""Solubility of molecules by passing messages along their bonds."""
import torch
from torch import nn


class MessageLayer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.message = nn.Linear(width, width)
        self.update = nn.Linear(2 * width, width)

    def forward(self, atoms, bonds):
        source, target = bonds
        messages = torch.relu(self.message(atoms[source]))
        received = torch.zeros_like(atoms).index_add(0, target, messages)
        return torch.relu(self.update(torch.cat([atoms, received])))


class SolubilityNet(nn.Module):
    def __init__(self, features=5, width=12, depth=2):
        super().__init__()
        self.embed = nn.Linear(features, width)
        self.layers = nn.ModuleList(MessageLayer(width) for _ in range(depth))
        self.readout = nn.Linear(width, 1)

    def forward(self, atoms, bonds, molecule, count):
        h = self.embed(atoms)
        for layer in self.layers:
            h = layer(h, bonds)
        total = torch.zeros(count, h.size(1)).index_add(0, molecule, h)
        return self.readout(total).squeeze(1)


def ring_batch(sizes, features=5):
    """Molecules that are rings: atoms, bonds in both directions, and the molecule of every atom."""
    bonds, molecule, first = [], [], 0
    for index, size in enumerate(sizes):
        a = torch.arange(size)
        b = (a + 1) % size
        bonds.append(first + torch.stack([torch.cat([a, b]), torch.cat([b, a])]))
        molecule.append(torch.full((size,), index))
        first += size
    return torch.randn(first, features), torch.cat(bonds, dim=1), torch.cat(molecule)


if __name__ == "__main__":
    torch.manual_seed(0)
    sizes = [6, 3, 5]
    atoms, bonds, molecule = ring_batch(sizes)
    model = SolubilityNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    goal = torch.tensor([-1.0, 0.3, 0.8])
    for step in range(30):
        loss = (model(atoms, bonds, molecule, len(sizes)) - goal).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.4f}")
