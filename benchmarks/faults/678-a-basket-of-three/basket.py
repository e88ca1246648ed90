"""The price of a call on a basket of shares, by simulation."""
import argparse
import json
import math

import torch

MARKET = """{
  "spot": [100, 80, 120], "volatility": [0.2, 0.3, 0.25], "weights": [0.4, 0.3, 0.3], "rate": 0.03,
  "correlation": [[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]]
}"""


def load(text):
    market = json.loads(text)
    return {key: torch.tensor(value, dtype=torch.float64) for key, value in market.items()}


def simulate(market, maturity, steps, paths, generator):
    """(paths, steps, shares): prices at the end of each step."""
    dt = maturity / steps
    volatility = market["volatility"]
    factor = torch.linalg.cholesky(market["correlation"])
    z = torch.randn(paths, steps, len(volatility), generator=generator, dtype=torch.float64) @ factor.T
    drift = (market["rate"] - 0.5 * volatility ** 2) * dt
    return market["spot"] * torch.exp((drift + volatility * math.sqrt(dt) * z).cumsum(dim=1))


def price(market, strike, maturity=1.0, steps=12, paths=20000, seed=0):
    """The price and its standard error."""
    generator = torch.Generator().manual_seed(seed)
    s = simulate(market, maturity, steps, paths, generator)
    basket = s[-1] @ market["weights"]
    payoff = torch.exp(-market["rate"] * maturity) * (basket - strike).clamp(min=0)
    return payoff.mean().item(), (payoff.std() / math.sqrt(len(payoff))).item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strikes", type=float, nargs="+", default=[90, 100, 110])
    args = parser.parse_args()
    market = load(MARKET)
    for strike in args.strikes:
        value, error = price(market, strike)
        print(f"strike {strike:6.1f}: {value:7.3f} +- {error:.3f}")
