"""Graph convolutions over a normalised adjacency (N, N)."""
import torch
from torch import nn


class GraphConv(nn.Module):
    def __init__(self, in_dim, out_dim):
        super().__init__()
        self.fc = nn.Linear(in_dim, out_dim)

    def forward(self, g, x):
        return g @ self.fc(x)


class GCN(nn.Module):
    def __init__(self, in_dim, num_hidden, out_dim, num_layers, activation=True):
        super().__init__()
        sizes = [in_dim] + [num_hidden] * (num_layers - 1) + [out_dim]
        self.layers = nn.ModuleList(GraphConv(i, o) for i, o in zip(sizes, sizes[1:]))
        self.activation = nn.PReLU() if activation else nn.Identity()

    def forward(self, g, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(g, x))
        return self.activation(self.layers[-1](g, x))
