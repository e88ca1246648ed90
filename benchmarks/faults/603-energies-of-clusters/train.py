"""Learn the energies of clusters by passing messages along edges."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from graphs import collate, dataset


class Interaction(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.filter = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width))
        self.update = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, h, edge_index, length):
        source, target = edge_index
        message = h[source] * self.filter(length[:, None])
        return h + self.update(torch.zeros_like(h).index_add(0, target, message))


class EnergyNet(nn.Module):
    def __init__(self, kinds=3, width=24, layers=2):
        super().__init__()
        self.embed = nn.Embedding(kinds, width)
        self.layers = nn.ModuleList(Interaction(width) for _ in range(layers))
        self.out = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1))

    def forward(self, b):
        h = self.embed(b["kinds"])
        for layer in self.layers:
            h = layer(h, b["edge_index"], b["length"])
        energies = self.out(h).squeeze(1)
        return energies.new_zeros(len(b["energy"])).index_add(0, b["batch"], energies)


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(dataset(96, seed=1), batch_size=16, shuffle=True, collate_fn=collate)
    model = EnergyNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(6):
        total = 0.0
        for b in loader:
            loss = nn.functional.mse_loss(model(b), b["energy"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total / len(loader):.4f}")
