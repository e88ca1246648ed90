"""Parts of the network of vectors."""
import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(hidden_size)), nn.Parameter(torch.zeros(hidden_size))
        self.variance_epsilon = eps

    def forward(self, x):
        u = x.mean(-1, keepdim=True)
        s = (x - u).pow(2).mean(-1, keepdim=True)
        return self.weight * (x - u) / torch.sqrt(s + self.variance_epsilon) + self.bias


class MLP(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear, self.layer_norm = nn.Linear(in_features, out_features), LayerNorm(out_features)

    def forward(self, x):
        return torch.relu(self.layer_norm(self.linear(x)))


class PointSubGraph(nn.Module):
    """The vectors of a polyline become one vector."""

    def __init__(self, vector_size, hidden_size=32, depth=2):
        super().__init__()
        self.layers = nn.ModuleList(MLP(vector_size if i == 0 else hidden_size, hidden_size // 2) for i in range(depth))

    def forward(self, x):
        for layer in self.layers:
            h = layer(x)
            x = torch.cat([h, h.max(dim=1, keepdim=True)[0].expand_as(h)], dim=-1)
        return x.max(dim=1)[0]


class GlobalGraph(nn.Module):
    def __init__(self, hidden_size, num_heads=2):
        super().__init__()
        self.attention = nn.MultiheadAttention(hidden_size, num_heads, batch_first=True)
        self.norm = LayerNorm(hidden_size)

    def forward(self, x, mask):
        return self.norm(x + self.attention(x, x, x, key_padding_mask=~mask, need_weights=False)[0])
