"""Conditional flow matching on small textures."""
import torch
import torch.nn as nn


class VelocityNet(nn.Module):
    def __init__(self, width: int = 16):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(1, width), nn.SiLU(), nn.Linear(width, width))
        self.inp = nn.Conv2d(3, width, 3, padding=1)
        self.out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, t, x):
        emb = self.time(t[:, None])[:, :, None, None]
        return self.out(torch.relu(self.inp(x) + emb))


class FlowMatcher:
    """Straight probability paths between noise x0 and data x1."""

    def __init__(self, sigma: float = 0.05):
        self.sigma = sigma

    def mean(self, x0, x1, t):
        return t * x1 + (1 - t) * x0

    def sample(self, x0, x1, t=None):
        if t is None:
            t = torch.rand(x0.shape[0]).type_as(x0)
        eps = torch.randn_like(x0)
        xt = self.mean(x0, x1, t) + self.sigma * eps
        return t, xt, x1 - x0


def textures(count, side=16):
    u = torch.linspace(0, 6.28, side)
    phase = torch.rand(count, 3, 1, 1) * 6.28
    return torch.sin(u[None, None, :, None] * 2 + phase) * torch.cos(u[None, None, None, :] + phase)


def main(steps=5, batch=12):
    torch.manual_seed(0)
    matcher, net = FlowMatcher(), VelocityNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-4)
    for step in range(steps):
        x1 = textures(batch)
        x0 = torch.randn_like(x1)
        t, xt, ut = matcher.sample(x0, x1)
        loss = torch.mean((net(t, xt) - ut) ** 2)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        print(f"{step} {loss.item():.4f}")


if __name__ == "__main__":
    main()
