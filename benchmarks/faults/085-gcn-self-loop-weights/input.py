import torch
import torch.nn as nn
import torch.nn.functional as F


def add_self_loops(edge_index, num_nodes):
    loop = torch.arange(num_nodes, device=edge_index.device).repeat(2, 1)
    return torch.cat([edge_index, loop], dim=1)


def gcn_norm(edge_index, edge_weight, num_nodes):
    edge_index = add_self_loops(edge_index, num_nodes)
    row, col = edge_index
    deg = torch.zeros(num_nodes, device=edge_weight.device)
    deg.scatter_add_(0, col, edge_weight)
    inv = deg.clamp(min=1e-12).pow(-0.5)
    return edge_index, inv[row] * edge_weight * inv[col]


class GCNConv(nn.Module):
    def __init__(self, in_dim, out_dim):
        super().__init__()
        self.lin = nn.Linear(in_dim, out_dim)

    def forward(self, x, edge_index, edge_weight):
        edge_index, norm = gcn_norm(edge_index, edge_weight, x.size(0))
        row, col = edge_index
        msg = self.lin(x)[row] * norm.unsqueeze(-1)
        return torch.zeros(x.size(0), msg.size(1)).index_add(0, col, msg)


class GraphRegressor(nn.Module):
    """Batched graphs: nodes of all graphs concatenated, `batch` names the graph of each node."""

    def __init__(self, in_dim=6, hidden=24):
        super().__init__()
        self.c1 = GCNConv(in_dim, hidden)
        self.c2 = GCNConv(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x, edge_index, edge_weight, batch, num_graphs):
        h = F.relu(self.c1(x, edge_index, edge_weight))
        h = F.relu(self.c2(h, edge_index, edge_weight))
        pooled = torch.zeros(num_graphs, h.size(1)).index_add(0, batch, h)
        count = torch.bincount(batch, minlength=num_graphs).clamp(min=1).unsqueeze(-1)
        return self.out(pooled / count).squeeze(-1)


if __name__ == "__main__":
    torch.manual_seed(1)
    sizes = [5, 8, 6]
    batch = torch.repeat_interleave(torch.arange(3), torch.tensor(sizes))
    offs = [0, 5, 13]
    edges = torch.cat([torch.randint(0, s, (2, 3 * s)) + o for s, o in zip(sizes, offs)], dim=1)
    weight = torch.rand(edges.size(1))
    net = GraphRegressor()
    pred = net(torch.randn(sum(sizes), 6), edges, weight, batch, 3)
    F.mse_loss(pred, torch.randn(3)).backward()
    print(pred.shape)
