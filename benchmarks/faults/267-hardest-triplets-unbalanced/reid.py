"""Batch-hard triplet loss for re-identifying whales."""
import torch
from torch import nn


def euclidean(x, y):
    xx = x.pow(2).sum(1, keepdim=True)
    yy = y.pow(2).sum(1, keepdim=True).t()
    return (xx + yy - 2 * x @ y.t()).clamp(min=1e-12).sqrt()


def hardest(dist_mat, labels):
    """The farthest sample of the same animal and the nearest of another, per row."""
    n = dist_mat.size(0)
    is_pos = labels.view(n, 1) == labels.view(1, n)
    is_neg = ~is_pos
    dist_ap = dist_mat[is_pos].contiguous().view(n, -1).max(1)[0]
    dist_an = dist_mat[is_neg].contiguous().view(n, -1).min(1)[0]
    return dist_ap, dist_an


class TripletLoss(nn.Module):
    def __init__(self, margin=0.3):
        super(TripletLoss, self).__init__()
        self.ranking = nn.MarginRankingLoss(margin=margin)

    def forward(self, features, labels):
        dist_ap, dist_an = hardest(euclidean(features, features), labels)
        return self.ranking(dist_an, dist_ap, torch.ones_like(dist_an))


class Embedder(nn.Module):
    def __init__(self, dim=32):
        super(Embedder, self).__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten())
        self.fc = nn.Linear(128, dim)

    def forward(self, x):
        return nn.functional.normalize(self.fc(self.body(x)), dim=1)


def batches():
    g = torch.Generator().manual_seed(0)
    for labels in ([0, 0, 1, 1, 2, 2], [3, 3, 4, 4, 5, 5], [6, 6, 6, 7, 8, 8]):
        yield torch.randn(6, 1, 32, 32, generator=g), torch.tensor(labels)


if __name__ == "__main__":
    torch.manual_seed(0)
    net, criterion = Embedder(), TripletLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for step, (images, labels) in enumerate(batches()):
        loss = criterion(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("step", step, "loss", loss.item())
