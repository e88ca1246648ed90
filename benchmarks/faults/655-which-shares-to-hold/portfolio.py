"""Weights of a portfolio by gradient descent on a shrunk covariance of daily returns."""
import argparse
import math

import torch

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--assets", type=int, default=12)
parser.add_argument("--days", type=int, default=250)
parser.add_argument("--risk-aversion", type=float, default=4.0)
parser.add_argument("--shrink", type=float, default=0.1)
parser.add_argument("--iterations", type=int, default=150)
args = parser.parse_args()


def simulate_prices(days, assets, seed=7):
    g = torch.Generator().manual_seed(seed)
    market = 0.0004 + 0.01 * torch.randn(days, 1, generator=g)
    beta = 0.5 + torch.rand(assets, generator=g)
    noise = (0.005 + 0.015 * torch.rand(assets, generator=g)) * torch.randn(days, assets, generator=g)
    return 100 * torch.exp((market * beta + noise).cumsum(dim=0))


def covariance(returns, shrink):
    """Sample covariance of (days, assets), drawn towards its diagonal."""
    centred = returns - returns.mean(dim=1)
    sample = centred.t() @ centred / (len(returns) - 1)
    return (1 - shrink) * sample + shrink * torch.diag(sample.diagonal())


def optimise(mu, cov, risk_aversion, iterations):
    logits = torch.zeros_like(mu, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.05)
    for _ in range(iterations):
        w = torch.softmax(logits, dim=0)
        utility = w @ mu - 0.5 * risk_aversion * w @ cov @ w
        optimizer.zero_grad()
        (-utility).backward()
        optimizer.step()
    return torch.softmax(logits.detach(), dim=0)


def max_drawdown(values):
    peak = values.cummax(dim=0).values
    return ((peak - values) / peak).max()


prices = simulate_prices(args.days + 1, args.assets)
returns = prices[1:].log() - prices[:-1].log()
mu = returns.mean(dim=0) * 252
cov = covariance(returns, args.shrink) * 252
weights = optimise(mu, cov, args.risk_aversion, args.iterations)
value = (returns @ weights).cumsum(0).exp()
print("weights", [round(w, 3) for w in weights.tolist()])
print(f"return {float(weights @ mu):.3f}  volatility {math.sqrt(float(weights @ cov @ weights)):.3f}  drawdown {max_drawdown(value).item():.3f}")
