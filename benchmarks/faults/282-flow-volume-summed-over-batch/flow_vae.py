"""Variational autoencoder whose posterior is bent by planar flows."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class PlanarFlow(nn.Module):
    def __init__(self, dim):
        super(PlanarFlow, self).__init__()
        self.u = nn.Parameter(torch.randn(dim) * 0.3)
        self.w = nn.Parameter(torch.randn(dim) * 0.3)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, z):
        wu = self.w @ self.u
        u = self.u + (F.softplus(wu) - 1 - wu) * self.w / (self.w @ self.w)
        inner = z @ self.w + self.b
        psi = (1 - torch.tanh(inner) ** 2).unsqueeze(1) * self.w
        log_det = torch.log(torch.abs(1 + psi @ u) + 1e-8)
        return z + u * torch.tanh(inner).unsqueeze(1), log_det


class Flows(nn.Module):
    def __init__(self, dim, count):
        super(Flows, self).__init__()
        self.flows = nn.ModuleList([PlanarFlow(dim) for _ in range(count)])

    def forward(self, z):
        log_det_z = 0
        for flow in self.flows:
            z, log_det = flow(z)
            log_det_z = log_det_z + log_det
        return z, log_det_z


def log_gaussian(x, mu, log_var):
    return (-0.5 * math.log(2 * math.pi) - log_var / 2 - (x - mu) ** 2 / (2 * log_var.exp())).sum(dim=-1)


class FlowVAE(nn.Module):
    def __init__(self, x_dim=30, z_dim=4, h_dim=24, flows=3):
        super(FlowVAE, self).__init__()
        self.enc = nn.Sequential(nn.Linear(x_dim, h_dim), nn.ReLU(), nn.Linear(h_dim, 2 * z_dim))
        self.dec = nn.Sequential(nn.Linear(z_dim, h_dim), nn.ReLU(), nn.Linear(h_dim, x_dim))
        self.flows = Flows(z_dim, flows)

    def divergence(self, z0, mu, log_var):
        """One sample estimate of KL(q || p) for every row."""
        zk, log_det_z = self.flows(z0)
        log_q = log_gaussian(z0, mu, log_var) - sum(log_det_z)
        log_p = log_gaussian(zk, torch.zeros_like(zk), torch.zeros_like(zk))
        return log_q - log_p, zk

    def forward(self, x):
        mu, log_var = self.enc(x).chunk(2, dim=-1)
        z0 = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        kl, zk = self.divergence(z0, mu, log_var)
        nll = F.binary_cross_entropy_with_logits(self.dec(zk), x, reduction="none").sum(dim=-1)
        return (nll + kl).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = FlowVAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for step in range(5):
        loss = model((torch.rand(16, 30) < 0.3).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item())
