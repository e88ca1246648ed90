"""A posterior of planar flows; several draws per observation are carried in front of the batch."""
import math

import torch
from torch import nn


class PlanarFlow(nn.Module):
    def __init__(self, dim, length=3):
        super().__init__()
        self.w = nn.Parameter(torch.randn(length, dim) * 0.3)
        self.u = nn.Parameter(torch.randn(length, dim) * 0.3)
        self.b = nn.Parameter(torch.zeros(length))

    def forward(self, samples, log_probs):
        """samples: (..., dim), log_probs: (...). Both are returned in the shapes they came in."""
        shape = samples.shape
        z = samples.reshape(-1, shape[-1])
        log_q = log_probs
        for w, u, b in zip(self.w, self.u, self.b):
            wu = w @ u
            u_hat = u + (nn.functional.softplus(wu) - 1 - wu) * w / (w @ w)
            h = torch.tanh(z @ w + b)
            slope = 1 - h ** 2
            log_q = log_q - (1 + slope * (w @ u_hat)).abs().log()
            z = z + h[:, None] * u_hat
        return z.view(shape), log_q.view(shape[:-1])


class Inference(nn.Module):
    def __init__(self, features=10, dim=4):
        super().__init__()
        self.encoder = nn.Linear(features, 2 * dim)
        self.decoder = nn.Linear(dim, features)
        self.flow = PlanarFlow(dim)

    def elbo(self, x, draws=4):
        mean, log_std = self.encoder(x).chunk(2, dim=-1)
        base = torch.distributions.Normal(mean, log_std.exp())
        z0 = base.rsample((draws,))
        z, log_q = self.flow(z0, base.log_prob(z0).sum(dim=-1))
        log_prior = (-0.5 * z ** 2 - 0.5 * math.log(2 * math.pi)).sum(dim=-1)
        log_like = torch.distributions.Bernoulli(logits=self.decoder(z)).log_prob(x).sum(dim=-1)
        return log_like + log_prior - log_q


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Inference()
    x = (torch.rand(5, 10) > 0.5).float()
    bound = model.elbo(x)
    (-bound.mean()).backward()
    print(bound.shape, bound.mean().item())
