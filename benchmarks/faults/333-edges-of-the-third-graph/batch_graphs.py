"""Several molecule graphs become one with separate parts."""
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class GraphData:
    node_features: torch.Tensor
    edge_index: torch.Tensor

    @property
    def num_nodes(self):
        return len(self.node_features)


class BatchGraphData:
    def __init__(self, graphs):
        self.node_features = torch.cat([g.node_features for g in graphs])
        counts = [g.num_nodes for g in graphs]
        shifts = [0] + counts[:-1]
        self.edge_index = torch.cat([g.edge_index + s for g, s in zip(graphs, shifts)], dim=1)
        self.graph_index = torch.arange(len(graphs)).repeat_interleave(torch.tensor(counts))
        self.num_graphs = len(graphs)


class GraphRegressor(nn.Module):
    def __init__(self, features=6, hidden=16, layers=2):
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.layers = nn.ModuleList(nn.Linear(2 * hidden, hidden) for _ in range(layers))
        self.out = nn.Linear(hidden, 1)

    def forward(self, batch):
        source, target = batch.edge_index
        h = torch.relu(self.first(batch.node_features))
        for layer in self.layers:
            gathered = torch.zeros_like(h).index_add(0, target, h[source])
            h = torch.relu(layer(torch.cat([h, gathered], dim=1)))
        pooled = h.new_zeros(batch.num_graphs, h.shape[1]).index_add(0, batch.graph_index, h)
        return self.out(pooled).squeeze(1)


def ring(nodes):
    a = torch.arange(nodes)
    b = (a + 1) % nodes
    return GraphData(torch.randn(nodes, 6), torch.stack([torch.cat([a, b]), torch.cat([b, a])]))


if __name__ == "__main__":
    torch.manual_seed(0)
    graphs = [ring(n) for n in (4, 3, 5, 6)]
    model = GraphRegressor()
    print(model(BatchGraphData(graphs)))
