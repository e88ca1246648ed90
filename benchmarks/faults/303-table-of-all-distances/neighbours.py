"""Neighbourhood graph of a laser scan."""
import torch

POINTS = 8_000_000
NEIGHBOURS = 8


def scan(points=POINTS):
    g = torch.Generator().manual_seed(0)
    return torch.rand(points, 3, generator=g)


def all_distances(cloud):
    squares = (cloud ** 2).sum(dim=1)
    table = torch.empty(cloud.size(0), cloud.size(0))
    torch.addmm(squares.unsqueeze(0), cloud, cloud.t(), alpha=-2, out=table)
    return table.add_(squares.unsqueeze(1)).clamp_(min=0).sqrt_()


def neighbours(cloud, k=NEIGHBOURS):
    distances = all_distances(cloud)
    distances.fill_diagonal_(float("inf"))
    return distances.topk(k, dim=1, largest=False).indices


if __name__ == "__main__":
    edges = neighbours(scan())
    print(edges.shape)
