import torch
import torch.nn as nn


def quantile_huber(q, target, tau, kappa=1.0):
    """q, tau: (batch, n); target: (batch, m). All n x m pairs."""
    td = target.unsqueeze(1) - q.unsqueeze(2)
    huber = torch.where(td.abs() <= kappa, 0.5 * td.pow(2), kappa * (td.abs() - 0.5 * kappa))
    weight = (tau.unsqueeze(2) - (td.detach() < 0).float()).abs()
    return (weight * huber).mean(dim=2).sum(dim=1).mean()


class IQN(nn.Module):
    def __init__(self, obs=6, cosines=16, hidden=32):
        super().__init__()
        self.psi, self.phi, self.out = nn.Linear(obs, hidden), nn.Linear(cosines, hidden), nn.Linear(hidden, 1)
        self.register_buffer("pi", torch.arange(1, cosines + 1) * torch.pi)

    def forward(self, obs, n):
        tau = torch.rand(obs.size(0), n)
        cos = torch.cos(tau.unsqueeze(-1) * self.pi)
        h = torch.relu(self.psi(obs)).unsqueeze(1) * torch.relu(self.phi(cos))
        return self.out(h).squeeze(-1), tau


if __name__ == "__main__":
    net, obs = IQN(), torch.randn(32, 6)
    q, tau = net(obs, 8)
    with torch.no_grad():
        target = torch.randn(32, 1) + 0.99 * net(obs, 12)[0]
    loss = quantile_huber(q, target, tau)
    loss.backward()
    print("iqn", loss.item() > 0)
