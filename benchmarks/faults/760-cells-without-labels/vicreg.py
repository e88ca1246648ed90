"""Embeddings of single cells without labels: two noisy views of each cell, VICReg between them."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Binomial

GENES, CELLS, TYPES = 120, 400, 4


def make_cells(seed=0):
    g = torch.Generator().manual_seed(seed)
    kinds = torch.randint(0, TYPES, (CELLS,), generator=g)
    profiles = torch.rand(TYPES, GENES, generator=g).pow(4) * 8
    depth = 0.5 + torch.rand(CELLS, 1, generator=g)
    counts = torch.poisson(profiles[kinds] * depth, generator=g)
    return counts, kinds


def view(counts, keep=0.7):
    """Thins the counts as if the cell had been sequenced less deeply, then normalises by library size."""
    thinned = Binomial(counts, torch.tensor(keep)).sample()
    library = thinned.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.log1p(thinned / library * 1e3)


def mlp(*widths):
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]
    return nn.Sequential(*layers[:-2])


def off_diagonal(m):
    n, _ = m.shape
    return m.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten()


def vicreg(za, zb, sim=25.0, var=25.0, cov=1.0):
    n, d = za.shape
    invariance = F.mse_loss(za, zb)
    loss = sim * invariance
    for z in (za, zb):
        z = z - z.mean(dim=0)
        std = torch.sqrt(z.var(dim=0) + 1e-4)
        loss = loss + var * F.relu(1 - std).mean() / 2
        c = (z.T @ z) / (n - 1)
        loss = loss + cov * off_diagonal(c).pow(2).sum() / d
    return loss


@torch.no_grad()
def neighbour_accuracy(embedded, kinds, k=5):
    distance = torch.cdist(embedded, embedded)
    distance.fill_diagonal_(float("inf"))
    nearest = distance.topk(k, largest=False).indices
    votes = F.one_hot(kinds[nearest], TYPES).sum(dim=1)
    return (votes.argmax(dim=1) == kinds).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    counts, kinds = make_cells()
    encoder, projector = mlp(GENES, 64, 24), mlp(24, 48, 48)
    optimizer = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=2e-3)
    for epoch in range(4):
        for batch in torch.randperm(CELLS).split(100):
            za, zb = (projector(encoder(view(counts[batch]))) for _ in range(2))
            loss = vicreg(za, zb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: {loss.item():.2f}")
    encoder.eval()
    with torch.no_grad():
        embedded = encoder(torch.log1p(counts / counts.sum(1, keepdim=True) * 1e3))
    print(f"neighbours of the same kind: {neighbour_accuracy(embedded, kinds):.3f}")
