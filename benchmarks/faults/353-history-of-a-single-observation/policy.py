from collections import deque

import torch
from torch import nn


class ChunkPolicy(nn.Module):
    """Sees the last observations and refines a chunk of actions, of which the first few are carried out."""

    def __init__(self, obs_dims, action_dim, observation_horizon, prediction_horizon=6, action_horizon=3, width=24):
        super().__init__()
        self.keys = sorted(obs_dims)
        self.horizon, self.chunk, self.execute = observation_horizon, prediction_horizon, action_horizon
        self.action_dim = action_dim
        self.encoder = nn.Sequential(nn.Linear(sum(obs_dims.values()), width), nn.Tanh())
        self.refine = nn.Sequential(nn.Linear(observation_horizon * width + prediction_horizon * action_dim, 48),
                                    nn.Tanh(), nn.Linear(48, prediction_horizon * action_dim))
        self.queue = deque()

    def reset(self):
        self.queue.clear()

    def plan(self, obs, steps=3):
        """obs has (batch, time, numbers) under every name; gives (batch, chunk, actions)."""
        recent = torch.cat([obs[key][:, -self.horizon:] for key in self.keys], dim=-1)
        features = self.encoder(recent).flatten(1)
        actions = features.new_zeros(len(features), self.chunk * self.action_dim)
        for _ in range(steps):
            actions = actions + 0.3 * self.refine(torch.cat([features, actions], dim=-1))
        return actions.view(-1, self.chunk, self.action_dim)

    @torch.no_grad()
    def get_action(self, obs):
        if not self.queue:
            actions = self.plan(obs)
            start = self.horizon - 1
            self.queue.extend(actions[:, start:start + self.execute].unbind(dim=1))
        return self.queue.popleft()
