"""The value of every action."""
from torch import nn


class DQN(nn.Module):
    def __init__(self, in_dim, num_actions, hidden=24):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(in_dim, hidden), nn.ReLU(), nn.Linear(hidden, num_actions))

    def forward(self, x):
        return self.net(x)
