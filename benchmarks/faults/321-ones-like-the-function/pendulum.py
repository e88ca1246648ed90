"""Trajectory of a chain of pendula from the principle of least action."""
import torch
from torch import nn

from operators import diff


class Trajectory(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, t):
        return 0.5 + t * self.net(t)


def kinetic(velocity):
    return 0.5 * (velocity ** 2).sum()


def potential(angle, stiffness=4.0):
    swing = (1 - torch.cos(angle)).sum()
    coupling = 0.5 * stiffness * (angle[1:] - angle[:-1]).pow(2).sum()
    return swing + coupling


def force(angle):
    """Minus the derivative of the potential energy with respect to every angle."""
    return -diff(potential(angle), angle)


def residual(model, t):
    angle = model(t)
    acceleration = diff(angle, t, order=2)
    return acceleration - force(angle)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Trajectory()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(5):
        t = torch.linspace(0, 1, 40).unsqueeze(1).requires_grad_(True)
        loss = residual(model, t).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
