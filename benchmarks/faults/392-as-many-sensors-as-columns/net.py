"""Forecasts of many series that learn which of them belong together."""
import torch
from torch import nn


class GraphConstructor(nn.Module):
    """A directed graph from two embeddings of the nodes; each keeps its k strongest neighbours."""

    def __init__(self, nnodes, k, dim, alpha=3.0):
        super().__init__()
        self.nnodes, self.k, self.alpha = nnodes, k, alpha
        self.emb1, self.emb2 = nn.Embedding(nnodes, dim), nn.Embedding(nnodes, dim)

    def forward(self, idx):
        a, b = torch.tanh(self.alpha * self.emb1(idx)), torch.tanh(self.alpha * self.emb2(idx))
        adj = torch.relu(torch.tanh(self.alpha * (a @ b.t() - b @ a.t())))
        value, place = adj.topk(min(self.k, len(idx)), 1)
        return torch.zeros_like(adj).scatter_(1, place, value)


class MixProp(nn.Module):
    def __init__(self, c_in, c_out, depth=2, alpha=0.05):
        super().__init__()
        self.mlp = nn.Conv2d((depth + 1) * c_in, c_out, 1)
        self.depth, self.alpha = depth, alpha

    def forward(self, x, adj):
        adj = adj + torch.eye(adj.size(0))
        adj = adj / adj.sum(1, keepdim=True)
        h, out = x, [x]
        for _ in range(self.depth):
            h = self.alpha * x + (1 - self.alpha) * torch.einsum("ncwl,vw->ncvl", h, adj)
            out.append(h)
        return self.mlp(torch.cat(out, dim=1))


class GTNet(nn.Module):
    def __init__(self, num_nodes, seq_length, subgraph_size=3, node_dim=4, channels=6):
        super().__init__()
        self.num_nodes = num_nodes
        self.register_buffer("idx", torch.arange(num_nodes))
        self.gc = GraphConstructor(num_nodes, subgraph_size, node_dim)
        self.start_conv = nn.Conv2d(1, channels, 1)
        self.filter_conv = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1))
        self.gconv = MixProp(channels, channels)
        self.end_conv = nn.Conv2d(channels, 1, (1, seq_length))

    def forward(self, x):
        x = torch.tanh(self.filter_conv(self.start_conv(x)))
        x = torch.relu(x + self.gconv(x, self.gc(self.idx)))
        return self.end_conv(x)
