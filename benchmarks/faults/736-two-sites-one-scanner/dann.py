"""Domain-adversarial training: features of scans that do not tell which site they were made at."""
import math

import torch
from torch import nn
from torch.autograd import Function
from torch.nn import functional as F


class ReverseGradient(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.strength


class Adversarial(nn.Module):
    def __init__(self, inputs=10, hidden=32, classes=3, sites=2):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.label = nn.Linear(hidden, classes)
        self.site = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, sites))

    def forward(self, x, strength=0.0):
        f = self.features(x)
        return self.label(f), self.site(ReverseGradient.apply(f, strength))


def scans(count, shift, generator):
    y = torch.randint(0, 3, (count,), generator=generator)
    x = torch.randn(count, 10, generator=generator) * 0.5
    x[torch.arange(count), y] += 2.0
    x[:, 5:] += shift
    return x, y


def schedule(progress):
    return 2 / (1 + math.exp(-10 * progress)) - 1


def train(model, source, target, steps=150, batch=32, lr=3e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    (xs, ys), (xt, _) = source, target
    for step in range(steps):
        i, j = torch.randint(0, len(xs), (batch,)), torch.randint(0, len(xt), (batch,))
        label, site = model(torch.cat([xs[i], xt[j]]), schedule(step / steps))
        where = torch.cat([torch.zeros(batch), torch.ones(batch)]).long()
        loss = F.cross_entropy(label[:batch], ys[i]) + F.cross_entropy(site, where)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    source, target = scans(400, 0.0, generator), scans(400, 1.5, generator)
    model = Adversarial()
    train(model, source, target)
    with torch.no_grad():
        for name, (x, y) in (("source", source), ("target", target)):
            print(f"{name}: {(model(x)[0].argmax(1) == y).float().mean():.3f}")
