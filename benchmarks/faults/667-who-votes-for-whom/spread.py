"""Spread the labels of a few members of a network to all of the others."""
import torch


def communities(sizes, inside, between, generator):
    labels = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    chance = torch.where(labels[:, None] == labels[None, :], inside, between)
    upper = torch.triu(torch.rand(chance.shape, generator=generator) < chance, diagonal=1)
    return (upper | upper.t()).float(), labels


def normalised(adjacency):
    degree = adjacency.sum(dim=1).clamp(min=1)
    scale = degree.rsqrt()
    return scale[:, None] * adjacency * scale[None, :]


def spread(adjacency, labels, known, classes, alpha=0.9, steps=40):
    """``labels`` has one for every node, and is looked at only where ``known`` is true."""
    start = torch.zeros(len(adjacency), classes)
    start[known] = torch.nn.functional.one_hot(labels, classes).float()
    matrix = normalised(adjacency)
    scores = start.clone()
    for _ in range(steps):
        scores = alpha * matrix @ scores + (1 - alpha) * start
    return scores / scores.sum(dim=1, keepdim=True).clamp(min=1e-12)


def accuracy(scores, labels, chosen):
    return (scores.argmax(dim=1)[chosen] == labels[chosen]).float().mean().item()


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(4)
    adjacency, labels = communities([40, 30, 20], 0.3, 0.02, generator)
    known = torch.rand(len(labels), generator=generator) < 0.15
    scores = spread(adjacency, labels, known, classes=3)
    print(f"{int(known.sum())} known, {accuracy(scores, labels, ~known):.2f} of the others right")
