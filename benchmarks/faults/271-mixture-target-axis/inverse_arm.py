"""Inverse kinematics has several answers: predict a mixture of Gaussians over joint angles."""
import torch
import torch.nn as nn
from torch.distributions import Categorical, Normal


class MixtureDensityNetwork(nn.Module):
    def __init__(self, dim_in, dim_out, components, hidden=32):
        super().__init__()
        self.dim_out, self.components = dim_out, components
        self.body = nn.Sequential(nn.Linear(dim_in, hidden), nn.ELU())
        self.weights = nn.Linear(hidden, components)
        self.normals = nn.Linear(hidden, 2 * components * dim_out)

    def forward(self, x):
        h = self.body(x)
        pi = Categorical(logits=self.weights(h))
        mean, raw = torch.split(self.normals(h), self.components * self.dim_out, dim=1)
        mean = mean.view(-1, self.components, self.dim_out)
        std = torch.exp(raw).view(-1, self.components, self.dim_out)
        return pi, Normal(mean, std)

    def loss(self, x, y):
        pi, normal = self.forward(x)
        log_lik = normal.log_prob(y).sum(dim=2)
        return -torch.logsumexp(pi.logits + log_lik, dim=1)

    def sample(self, x):
        pi, normal = self.forward(x)
        chosen = pi.sample().view(-1, 1, 1).expand(-1, 1, self.dim_out)
        return normal.sample().gather(1, chosen).squeeze(1)


def arm(angles, l1=0.6, l2=0.4):
    a, b = angles.unbind(dim=1)
    return torch.stack([l1 * torch.cos(a) + l2 * torch.cos(a + b),
                        l1 * torch.sin(a) + l2 * torch.sin(a + b)], dim=1)


def main():
    torch.manual_seed(0)
    angles = torch.rand(200, 2) * 3
    positions = arm(angles)
    model = MixtureDensityNetwork(2, 2, components=5)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(10):
        loss = model.loss(positions, angles).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("negative log likelihood", loss.item())
    print("reached", arm(model.sample(positions[:3])), "wanted", positions[:3])


if __name__ == "__main__":
    main()
