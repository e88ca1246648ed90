"""How much of each share to hold: little risk for what is earned."""
import math

import torch

DAYS, NAMES = 120, ("ore", "rail", "tea", "wool", "gas", "salt")


def simulate(generator):
    """Daily returns, (days, shares), with a market that moves them all."""
    market = 0.008 * torch.randn(DAYS, 1, generator=generator)
    beta = torch.tensor([1.2, 0.9, 0.3, 0.5, 1.0, 0.1])
    own = torch.tensor([0.012, 0.010, 0.004, 0.006, 0.015, 0.003])
    drift = torch.tensor([0.0009, 0.0006, 0.0003, 0.0003, 0.0008, 0.0002])
    return drift + market * beta + own * torch.randn(DAYS, len(NAMES), generator=generator)


def earned(weights, returns):
    return weights @ returns.mean(dim=0)


def variance(weights, returns):
    cov = torch.cov(returns)
    return weights @ cov @ weights


def shrunk(weights, returns, amount=0.1):
    """The variance as if the shares were a little less alike."""
    alone = returns.var(dim=0)
    return (1 - amount) * variance(weights, returns) + amount * weights.square() @ alone


def optimise(returns, aversion=4.0, steps=300):
    logits = torch.zeros(returns.size(1), requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.05)
    for _ in range(steps):
        weights = logits.softmax(dim=0)
        loss = -earned(weights, returns) + aversion * shrunk(weights, returns)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return logits.detach().softmax(dim=0)


if __name__ == "__main__":
    returns = simulate(torch.Generator().manual_seed(3))
    weights = optimise(returns)
    for name, weight in zip(NAMES, weights.tolist()):
        print(f"{name:5s} {weight:6.1%}")
    year = 252
    print(f"earns {year * earned(weights, returns):.1%}, varies by {math.sqrt(year * variance(weights, returns)):.1%} a year")
