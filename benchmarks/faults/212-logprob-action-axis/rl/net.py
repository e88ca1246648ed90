import torch
from torch import nn


class Actor(nn.Module):
    def __init__(self, state, action, hidden=32):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(state, hidden), nn.Tanh(), nn.Linear(hidden, action))
        self.log_sigma = nn.Parameter(torch.zeros(action))

    def forward(self, s):
        mu = self.body(s)
        return mu, self.log_sigma.exp().expand_as(mu)


class Critic(nn.Module):
    def __init__(self, state, hidden=32):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(state, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, s):
        return self.body(s).squeeze(-1)
