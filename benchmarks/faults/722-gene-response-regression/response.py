"""Which genes go with the response to a drug: a ridge regression.

assay/expression.npy   log expression, a row for every culture, a column for every gene
assay/response.npy     the response of every culture, in the same order
"""
import numpy as np
import torch


def load(name):
    return torch.from_numpy(np.load(f"assay/{name}.npy"))


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0)


def with_intercept(x):
    return torch.cat([x, torch.ones(len(x), 1)], dim=1)


def ridge(x, y, strength=1.0):
    """The coefficients, the intercept last."""
    x = with_intercept(x)
    penalty = strength * torch.eye(x.size(1))
    penalty[-1, -1] = 0
    return torch.linalg.solve(x.T @ x + penalty, x.T @ y.unsqueeze(1)).squeeze(1)


def report(coefficients, top=3):
    order = coefficients[:-1].abs().argsort(descending=True)
    for gene in order[:top].tolist():
        print(f"gene {gene:3d}: {coefficients[gene]:+.3f}")


if __name__ == "__main__":
    expression, response = load("expression"), load("response")
    coefficients = ridge(standardise(expression), response)
    report(coefficients)
