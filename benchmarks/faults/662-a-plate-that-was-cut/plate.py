"""A network on the mesh of a plate learns how heat spreads from one step to the next."""
from pathlib import Path

import numpy as np
import torch
from torch import nn

MESH = Path(__file__).parent / "mesh"


def load_mesh(folder=MESH):
    """As the mesher exports it: places of the nodes, triangles of their numbers, nodes of fixed temperature."""
    nodes = torch.from_numpy(np.load(folder / "nodes.npy"))
    triangles = torch.from_numpy(np.load(folder / "triangles.npy"))
    fixed = torch.from_numpy(np.load(folder / "fixed.npy"))
    return nodes, triangles, fixed


def mesh_edges(triangles):
    sides = torch.cat([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    sides = torch.unique(sides.sort(dim=1).values, dim=0)
    return torch.cat([sides, sides.flip(1)]).t()


class MeshStep(nn.Module):
    def __init__(self, width=24, rounds=2):
        super().__init__()
        self.encode = nn.Linear(2, width)
        self.edge = nn.ModuleList(nn.Sequential(nn.Linear(2 * width + 3, width), nn.ReLU(), nn.Linear(width, width)) for _ in range(rounds))
        self.node = nn.ModuleList(nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, width)) for _ in range(rounds))
        self.decode = nn.Linear(width, 1)

    def forward(self, temperature, is_fixed, nodes, edges):
        h = self.encode(torch.stack([temperature, is_fixed.float()], dim=1))
        src, dst = edges
        offset = nodes[dst] - nodes[src]
        geometry = torch.cat([offset, offset.norm(dim=1, keepdim=True)], dim=1)
        for edge, node in zip(self.edge, self.node):
            message = edge(torch.cat([h[src], h[dst], geometry], dim=1))
            total = torch.zeros_like(h).index_add(0, dst, message)
            h = h + node(torch.cat([h, total], dim=1))
        return temperature + self.decode(h).squeeze(1) * ~is_fixed


def diffuse(temperature, is_fixed, edges, rate=0.1):
    src, dst = edges
    flow = torch.zeros_like(temperature).index_add(0, dst, temperature[src] - temperature[dst])
    return temperature + rate * flow * ~is_fixed


if __name__ == "__main__":
    torch.manual_seed(0)
    nodes, triangles, fixed = load_mesh()
    edges = mesh_edges(triangles)
    is_fixed = torch.zeros(len(nodes), dtype=torch.bool)
    is_fixed[fixed] = True
    model = MeshStep()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(60):
        temperature = torch.rand(len(nodes))
        target = diffuse(temperature, is_fixed, edges)
        loss = nn.functional.mse_loss(model(temperature, is_fixed, nodes, edges), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"{step:3d} {loss.item():.5f}")
