"""Say how a crowd moves from who stands near whom: every moment is a graph of its own."""
import torch
from torch import nn


class GCNConv(nn.Module):
    """Graph convolution. With cached the normalised edges of the first call are kept, for one graph that never changes."""

    def __init__(self, inside, outside, cached=False):
        super().__init__()
        self.linear = nn.Linear(inside, outside, bias=False)
        self.bias = nn.Parameter(torch.zeros(outside))
        self.cached = cached
        self.kept = None

    @staticmethod
    def norm(edge_index, nodes):
        loops = torch.arange(nodes).expand(2, -1)
        edge_index = torch.cat([edge_index, loops], dim=1)
        degree = torch.zeros(nodes).index_add_(0, edge_index[1], torch.ones(edge_index.shape[1]))
        weight = degree.rsqrt()[edge_index[0]] * degree.rsqrt()[edge_index[1]]
        return edge_index, weight

    def forward(self, x, edge_index):
        if self.kept is None or not self.cached:
            self.kept = self.norm(edge_index, len(x))
        (source, target), weight = self.kept
        messages = self.linear(x).index_select(0, source) * weight[:, None]
        return torch.zeros(len(x), messages.shape[1]).index_add_(0, target, messages) + self.bias


class CrowdNet(nn.Module):
    def __init__(self, inside=4, width=16):
        super().__init__()
        self.conv1 = GCNConv(inside, width, cached=True)
        self.conv2 = GCNConv(width, 2, cached=True)

    def forward(self, x, edge_index):
        x = torch.relu(self.conv1(x, edge_index))
        return self.conv2(x, edge_index)


def moment(people):
    """Places and speeds of people, and the pairs that stand close."""
    x = torch.randn(people, 4)
    near = torch.cdist(x[:, :2], x[:, :2]) < 1
    near.fill_diagonal_(False)
    return x, near.nonzero().t(), 0.9 * x[:, 2:]


def train(model, moments):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for x, edge_index, y in moments:
        loss = (model(x, edge_index) - y).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(len(x), round(loss.item(), 3))


if __name__ == "__main__":
    torch.manual_seed(0)
    train(CrowdNet(), [moment(people) for people in (14, 9, 20, 11)])
