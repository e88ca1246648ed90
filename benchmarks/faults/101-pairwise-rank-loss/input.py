import torch
import torch.nn as nn
import torch.nn.functional as F


def ranknet(scores, relevance, group):
    """All pairs of the same query; scores, relevance, group: (n,)."""
    diff = scores.unsqueeze(1) - scores.unsqueeze(0)             # (n, n)
    better = (relevance.unsqueeze(1) > relevance.unsqueeze(0)) & (group.unsqueeze(1) == group.unsqueeze(0))
    return F.softplus(-diff[better]).mean()


def nt_xent(a, b, tau=0.2):
    z = F.normalize(torch.cat([a, b]), dim=-1)
    sim = z @ z.t() / tau
    sim.fill_diagonal_(float("-inf"))
    n = len(a)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, target)


class Ranker(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dim, 24), nn.ReLU())
        self.head = nn.Linear(24, 1)

    def forward(self, x):
        h = self.body(x)
        return self.head(h).squeeze(-1), h


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Ranker()
    x = torch.randn(18, 12)
    score, h = net(x)
    _, h2 = net(x + 0.1 * torch.randn_like(x))
    loss = ranknet(score, torch.randint(0, 4, (18,)), torch.arange(18) // 6) + 0.1 * nt_xent(h, h2)
    loss.backward()
    print(round(loss.item(), 3))
