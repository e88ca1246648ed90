"""A policy of one action, and what it expects to come."""
import torch
from torch import nn


class ValueHead(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, features):
        return self.mlp(features)


class ActorCritic(nn.Module):
    def __init__(self, obs_dim=4, width=16):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(obs_dim, width), nn.Tanh())
        self.mean = nn.Linear(width, 1)
        self.log_std = nn.Parameter(torch.zeros(1))
        self.value_head = ValueHead(width)

    def distribution(self, features):
        return torch.distributions.Normal(self.mean(features), self.log_std.exp())

    def predict(self, obs):
        features = self.backbone(obs)
        dist = self.distribution(features)
        actions = dist.sample()
        return actions, dist.log_prob(actions), self.value_head(features)

    def evaluate(self, obs, actions):
        """The same again with gradients."""
        features = self.backbone(obs)
        values = self.value_head(features)[:, 0]
        return {"logprobs": self.distribution(features).log_prob(actions), "values": values}
