"""Sort the pages of a small wiki into topics by GraphSAGE over their links."""
import io

import torch
from torch import nn

LINKS = """\
0 1
0 2
1 2
2 0
3 4
4 5
5 3
3 5
6 7
7 8
8 6
6 8
2 3
"""
TOPICS = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 2])


def read_links(stream):
    """One link a line: the page that links, and the page linked to."""
    pairs = [tuple(int(n) for n in line.split()) for line in stream if line.strip()]
    return torch.tensor(pairs, dtype=torch.long)


class SAGELayer(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.own = nn.Linear(cin, cout)
        self.neighbours = nn.Linear(cin, cout, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        total = torch.zeros_like(x).index_add_(0, dst, x[src])
        degree = torch.zeros(x.size(0)).index_add_(0, dst, torch.ones(dst.numel()))
        mean = total / degree.clamp(min=1).unsqueeze(1)
        return self.own(x) + self.neighbours(mean)


class WikiSAGE(nn.Module):
    def __init__(self, cin, hidden, topics):
        super().__init__()
        self.layer1 = SAGELayer(cin, hidden)
        self.layer2 = SAGELayer(hidden, topics)

    def forward(self, x, edge_index):
        return self.layer2(torch.relu(self.layer1(x, edge_index)), edge_index)


def train(model, x, edge_index, known, steps=40):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for step in range(steps):
        loss = nn.functional.cross_entropy(model(x, edge_index)[known], TOPICS[known])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    edge_index = read_links(io.StringIO(LINKS))
    x = torch.randn(len(TOPICS), 6) + nn.functional.one_hot(TOPICS, 6)
    known = torch.tensor([0, 1, 4, 5, 7, 8])
    model = WikiSAGE(6, 16, 3)
    print("loss", train(model, x, edge_index, known))
    print("topics", model(x, edge_index).argmax(1).tolist())
