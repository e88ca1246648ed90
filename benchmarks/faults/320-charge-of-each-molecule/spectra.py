"""Molecules of different sizes are laid behind each other to one large graph."""
import torch
from torch import nn


def make_molecule(atoms):
    bonds = torch.stack([torch.arange(atoms - 1), torch.arange(1, atoms)])
    return {
        "x": torch.randn(atoms, 8),
        "edge_index": torch.cat([bonds, bonds.flip(0)], dim=1),
        "conditions": torch.tensor([torch.rand(()).item(), 7.4, 300.0, 1.0, atoms / 10]),
        "y": torch.randn(1),
    }


def collate(molecules):
    batch, offset = {"batch": []}, 0
    columns = {key: [] for key in molecules[0]}
    for number, molecule in enumerate(molecules):
        for key, value in molecule.items():
            columns[key].append(value + offset if key == "edge_index" else value)
        batch["batch"].append(torch.full((len(molecule["x"]),), number))
        offset += len(molecule["x"])
    for key, values in columns.items():
        batch[key] = torch.cat(values, dim=1 if key == "edge_index" else 0)
    batch["batch"] = torch.cat(batch["batch"])
    return batch


class SpectrumNet(nn.Module):
    def __init__(self, atom=8, conditions=5, hidden=16):
        super().__init__()
        self.message = nn.Linear(atom, hidden)
        self.self_loop = nn.Linear(atom, hidden)
        self.out = nn.Sequential(nn.Linear(hidden + conditions, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, data):
        source, target = data["edge_index"]
        h = self.self_loop(data["x"])
        h = torch.relu(h.index_add(0, target, self.message(data["x"])[source]))
        graphs = len(data["y"])
        pooled = h.new_zeros(graphs, h.shape[1]).index_add(0, data["batch"], h)
        return self.out(torch.cat([pooled, data["conditions"]], dim=1)).squeeze(-1)


if __name__ == "__main__":
    torch.manual_seed(0)
    molecules = [make_molecule(n) for n in (5, 9, 3)]
    data = collate(molecules)
    model = SpectrumNet()
    loss = (model(data) - data["y"]).pow(2).mean()
    loss.backward()
    print(loss.item())
