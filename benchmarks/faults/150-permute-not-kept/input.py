import torch
import torch.nn as nn


class PolicyNet(nn.Module):
    """Atari policy. Observations come from the env as (batch, 84, 84, stack)."""

    def __init__(self, n_actions, stack=4):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(stack, 16, 8, stride=4), nn.ReLU(),
            nn.Conv2d(16, 32, 4, stride=2), nn.ReLU(),
            nn.AdaptiveAvgPool2d(6), nn.Flatten(),
        )
        self.pi = nn.Linear(32 * 36, n_actions)
        self.v = nn.Linear(32 * 36, 1)

    def forward(self, obs):
        obs = obs / 255.0
        obs.permute(0, 3, 1, 2)
        h = self.features(obs)
        return torch.log_softmax(self.pi(h), dim=-1), self.v(h)
