import torch
import torch.nn as nn


class MessageLayer(nn.Module):
    def __init__(self, node_dim, edge_dim, out_dim):
        super().__init__()
        self.message = nn.Sequential(
            nn.Linear(3 * node_dim, node_dim), nn.SiLU(), nn.Linear(node_dim, node_dim)
        )
        self.update = nn.GRUCell(node_dim, node_dim)
        self.gate = nn.Linear(node_dim, out_dim)

    def forward(self, h, edge_index, edge_attr):
        src, dst = edge_index
        m = self.message(torch.cat([h[src], h[dst], edge_attr], dim=-1))
        agg = torch.zeros_like(h).index_add(0, dst, m)
        h = self.update(agg, h)
        return h, torch.sigmoid(self.gate(h))


class BondMPNN(nn.Module):
    """Molecule property model. edge_attr: 16 radial basis values per bond."""

    def __init__(self, atom_feats=11, node_dim=32, edge_dim=16, out_dim=16, steps=3):
        super().__init__()
        self.embed = nn.Linear(atom_feats, node_dim)
        self.layers = nn.ModuleList([MessageLayer(node_dim, edge_dim, out_dim) for _ in range(steps)])
        self.readout = nn.Linear(out_dim, 1)

    def forward(self, atoms, edge_index, edge_attr):
        h = self.embed(atoms)
        for layer in self.layers:
            h, g = layer(h, edge_index, edge_attr)
        return self.readout(g).sum()
