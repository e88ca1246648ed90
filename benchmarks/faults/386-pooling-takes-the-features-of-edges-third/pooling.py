"""Keep the best nodes of every graph."""
import torch
from torch import nn


def topk(score, ratio, batch):
    """The numbers of the kept nodes: of each graph the given share, rounded up, the best first."""
    kept = []
    for graph in range(int(batch.max()) + 1):
        nodes = (batch == graph).nonzero().view(-1)
        k = -(-int(len(nodes) * ratio * 1000) // 1000)
        kept.append(nodes[score[nodes].argsort(descending=True)[:k]])
    return torch.cat(kept)


def filter_adj(edge_index, edge_attr, perm, num_nodes):
    """Drop edges with a dropped end, and number the others anew."""
    new = perm.new_full((num_nodes,), -1)
    new[perm] = torch.arange(len(perm))
    row, col = new[edge_index[0]], new[edge_index[1]]
    mask = (row >= 0) & (col >= 0)
    if edge_attr is not None:
        edge_attr = edge_attr[mask]
    return torch.stack([row[mask], col[mask]]), edge_attr


class TopKPooling(nn.Module):
    def __init__(self, channels, ratio=0.5):
        super().__init__()
        self.ratio = ratio
        self.weight = nn.Parameter(torch.randn(channels))

    def forward(self, x, edge_index, edge_attr=None, batch=None):
        if batch is None:
            batch = edge_index.new_zeros(x.size(0))
        score = torch.tanh((x * self.weight).sum(-1) / self.weight.norm())
        perm = topk(score, self.ratio, batch)
        x = x[perm] * score[perm].view(-1, 1)
        edge_index, edge_attr = filter_adj(edge_index, edge_attr, perm, score.size(0))
        return x, edge_index, edge_attr, batch[perm], perm, score[perm]
