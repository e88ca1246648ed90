"""Learn to rank the flats that a search found, from which ones were asked about."""
import argparse

import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self, features, hidden=32):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)


def pairwise_loss(scores, relevance, margin):
    """scores, relevance: (queries, flats)"""
    difference = scores[:, :, None] - scores[:, None, :]
    better = relevance[:, :, None] > relevance[:, None, :]
    return (margin - difference).clamp(min=0)[better].mean()


def ndcg(scores, relevance, k):
    discount = 1 / torch.log2(torch.arange(2, k + 2).float())
    gain = lambda order: ((2 ** relevance.gather(1, order[:, :k]) - 1) * discount).sum(dim=1)
    return (gain(scores.argsort(1, descending=True)) / gain(relevance.argsort(1, descending=True)).clamp(min=1e-6)).mean()


def searches(count, flats, features, generator):
    taste = torch.linspace(-1, 1, features)
    x = torch.randn(count, flats, features, generator=generator)
    value = x @ taste + 0.3 * torch.randn(count, flats, generator=generator)
    relevance = (value > 1).float() + (value > 2.5).float()
    return x, relevance


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--flats", type=int, default=12)
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--steps", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    args = parse()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    scorer = Scorer(args.features)
    optimizer = torch.optim.Adam(scorer.parameters(), lr=5e-3)
    for step in range(args.steps):
        x, relevance = searches(args.flats, args.flats, args.features, generator)
        loss = pairwise_loss(scorer(x), relevance, args.margin)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x, relevance = searches(200, args.flats, args.features, generator)
    with torch.no_grad():
        print(f"NDCG@5 {ndcg(scorer(x), relevance, 5):.3f}, by chance {ndcg(torch.rand(200, args.flats), relevance, 5):.3f}")
