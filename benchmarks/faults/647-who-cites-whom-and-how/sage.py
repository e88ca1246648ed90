"""GraphSAGE with sampled neighbours, on a made-up citation network."""
import argparse

import torch
from torch import nn
from torch.nn import functional as F


def citation_graph(n, n_feat, n_class, seed=0):
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(n_class, (n,), generator=g)
    x = torch.randn(n, n_feat, generator=g) + F.one_hot(y, n_feat).float()
    neighbours = []
    for i in range(n):
        same = (y == y[i]).nonzero().flatten()
        near = same[torch.randint(len(same), (6,), generator=g)]
        far = torch.randint(n, (int(torch.randint(1, 4, (), generator=g)),), generator=g)
        neighbours.append(torch.cat([near, far]))
    return x, y, neighbours


def sample_neighbours(neighbours, k):
    """(nodes, k) indices, drawn with replacement."""
    return torch.stack([nb[torch.randint(len(nb), (k,))] for nb in neighbours])


class MeanAggregator(nn.Module):
    def __init__(self, in_dim, out_dim):
        super().__init__()
        self.linear = nn.Linear(2 * in_dim, out_dim)

    def forward(self, h, idx):
        agg = h[idx].mean(dim=0)
        return self.linear(torch.cat([h, agg], dim=1))


class GraphSAGE(nn.Module):
    def __init__(self, in_dim, hidden, n_class):
        super().__init__()
        self.conv1 = MeanAggregator(in_dim, hidden)
        self.conv2 = MeanAggregator(hidden, n_class)

    def forward(self, x, samples):
        h = F.relu(self.conv1(x, samples[0]))
        h = F.normalize(h, dim=1)
        h = F.dropout(h, 0.3, self.training)
        return self.conv2(h, samples[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=150)
    parser.add_argument("--fanout", type=int, nargs=2, default=[5, 3])
    parser.add_argument("--epochs", type=int, default=15)
    args = parser.parse_args()
    torch.manual_seed(0)
    x, y, neighbours = citation_graph(args.nodes, 16, 5)
    train = torch.rand(args.nodes) < 0.6
    model = GraphSAGE(16, 32, 5)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
    for epoch in range(args.epochs):
        samples = [sample_neighbours(neighbours, k) for k in args.fanout]
        loss = F.cross_entropy(model(x, samples)[train], y[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    guess = model(x, [sample_neighbours(neighbours, k) for k in args.fanout]).argmax(1)
    print(f"loss {loss.item():.3f}, test accuracy {(guess == y)[~train].float().mean().item():.3f}")


if __name__ == "__main__":
    main()
