"""Three stacked graph attention layers on 2-d landmark graphs, written without any graph library."""
import torch
from torch import nn
from torch.nn import functional as F


class GraphAttention(nn.Module):
    def __init__(self, in_channels, out_channels, heads=1, concat=True):
        super().__init__()
        self.heads, self.out_channels, self.concat = heads, out_channels, concat
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.att_src = nn.Parameter(torch.randn(1, heads, out_channels) * 0.1)
        self.att_dst = nn.Parameter(torch.randn(1, heads, out_channels) * 0.1)

    def forward(self, x, edge_index):
        src, dst = edge_index
        n = x.size(0)
        h = self.lin(x).view(n, self.heads, self.out_channels)
        score = (h * self.att_src).sum(-1)[src] + (h * self.att_dst).sum(-1)[dst]
        score = F.leaky_relu(score, 0.2).exp()
        # normalise over the edges that enter the same node
        denom = torch.zeros(n, self.heads).index_add_(0, dst, score)
        alpha = score / (denom[dst] + 1e-9)
        out = torch.zeros_like(h).index_add_(0, dst, h[src] * alpha.unsqueeze(-1))
        if self.concat:
            return out.flatten(1)
        return out.mean(1)


class PoseGAT(nn.Module):
    def __init__(self, hidden=32, heads=2, coords=3):
        super().__init__()
        self.conv1 = GraphAttention(2, hidden, heads=heads)
        self.conv2 = GraphAttention(hidden, hidden, heads=heads)
        self.conv3 = GraphAttention(hidden, hidden, heads=heads)
        self.lin = nn.Linear(hidden, coords)

    def forward(self, x, edge_index):
        x = F.elu(self.conv1(x, edge_index))
        x = F.elu(self.conv2(x, edge_index))
        x = F.elu(self.conv3(x, edge_index))
        return self.lin(x)
