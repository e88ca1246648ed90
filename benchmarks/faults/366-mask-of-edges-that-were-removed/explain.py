"""Which edges does a graph attention layer need? A number per edge is learned that damps its message."""
import torch
from torch import nn
import torch.nn.functional as F


class GraphAttention(nn.Module):
    """Every node attends to its neighbours and to itself, to itself exactly once."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.source = nn.Parameter(torch.randn(outputs) * 0.3)
        self.target = nn.Parameter(torch.randn(outputs) * 0.3)

    def forward(self, x, edge_index, edge_mask=None):
        """edge_mask: a logit per edge of edge_index; messages from a node to itself are not damped."""
        n = x.shape[0]
        keep = edge_index[0] != edge_index[1]
        loops = torch.arange(n)
        src, dst = torch.cat([edge_index[:, keep], torch.stack([loops, loops])], dim=1)
        h = self.linear(x)
        score = F.leaky_relu((h * self.source).sum(-1)[src] + (h * self.target).sum(-1)[dst], 0.2).exp()
        alpha = score / torch.zeros(n).index_add(0, dst, score)[dst]
        messages = alpha[:, None] * h[src]
        if edge_mask is not None:
            mask = edge_mask.sigmoid()
            if mask.shape[0] != messages.shape[0]:
                mask = torch.cat([mask, mask.new_ones(n)])
            messages = messages * mask[:, None]
        return torch.zeros(n, h.shape[1]).index_add(0, dst, messages)


class Classifier(nn.Module):
    def __init__(self, inputs=4, width=8, classes=3):
        super().__init__()
        self.first, self.second = GraphAttention(inputs, width), GraphAttention(width, classes)

    def forward(self, x, edge_index, edge_mask=None):
        return self.second(F.elu(self.first(x, edge_index, edge_mask)), edge_index, edge_mask)


def explain(model, x, edge_index, node, steps=5, price=0.05):
    """Gives the share of every edge, in the order of edge_index."""
    edge_mask = nn.Parameter(torch.randn(edge_index.shape[1]) * 0.1)
    optimizer = torch.optim.Adam([edge_mask], lr=0.1)
    label = model(x, edge_index)[node].argmax()
    for _ in range(steps):
        logits = model(x, edge_index, edge_mask)[node]
        loss = F.cross_entropy(logits[None], label[None]) + price * edge_mask.sigmoid().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return edge_mask.detach().sigmoid()


if __name__ == "__main__":
    torch.manual_seed(0)
    edge_index = torch.tensor([[0, 1, 1, 2, 3, 3, 4], [1, 0, 1, 3, 2, 3, 0]])
    print(explain(Classifier(), torch.randn(5, 4), edge_index, node=0))
