"""Models of graphs of attacks. Each gives scores of the arguments."""
import torch
from torch import nn


def propagate(x, edge_index):
    source, target = edge_index
    return torch.zeros_like(x).index_add_(0, target, x[source])


class AGNN(nn.Module):
    """Passes messages in several steps and says what it thinks after each one."""

    def __init__(self, hidden, mp_steps=4):
        super().__init__()
        self.mp_steps = mp_steps
        self.embed = nn.Linear(1, hidden)
        self.message, self.update = nn.Linear(hidden, hidden), nn.GRUCell(hidden, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, batch):
        state, predictions = self.embed(batch.node_x), []
        for _ in range(self.mp_steps):
            state = self.update(propagate(self.message(state), batch.edge_index), state)
            predictions.append(self.readout(state).squeeze(-1))
        return torch.stack(predictions)


class GraphConvolutions(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x, edge_index):
        degree = torch.bincount(edge_index[1], minlength=len(x)).float().add(1).unsqueeze(1)
        for i, layer in enumerate(self.layers):
            x = (x + propagate(x, edge_index)) / degree.sqrt()
            x = layer(x)
            if i < len(self.layers) - 1:
                x = torch.relu(x)
        return x


class GCN(GraphConvolutions):
    """Says once, at the end, what it thinks."""

    def __init__(self, hidden, num_layers=3):
        super().__init__([1, *[hidden] * (num_layers - 1), 1])

    def forward(self, batch):
        return super().forward(batch.node_x, batch.edge_index)
