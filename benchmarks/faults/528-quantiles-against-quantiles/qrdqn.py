"""Learns of the value of an action not the mean alone, but how it is spread."""
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F


class QuantileNet(nn.Module):
    def __init__(self, state_size, actions, num_quantiles):
        super().__init__()
        self.shape = (actions, num_quantiles)
        self.body = nn.Sequential(nn.Linear(state_size, 24), nn.ReLU(), nn.Linear(24, actions * num_quantiles))

    def forward(self, obs):
        return self.body(obs).view(-1, *self.shape)


class QRDQNPolicy:
    def __init__(self, model, optim, num_quantiles, gamma=0.9):
        self.model, self.optim, self.gamma = model, optim, gamma
        tau = torch.linspace(0, 1, num_quantiles + 1)
        self.tau_hat = ((tau[:-1] + tau[1:]) / 2).view(1, -1, 1)

    @torch.no_grad()
    def target(self, rew, obs_next, done):
        """Quantiles (batch, num_quantiles) of what comes."""
        dist = self.model(obs_next)
        best = dist.mean(2).argmax(1)
        return rew[:, None] + self.gamma * (1 - done[:, None]) * dist[np.arange(len(best)), best]

    def loss(self, obs, act, returns):
        curr_dist = self.model(obs)
        curr_dist = curr_dist[np.arange(len(act)), act, :].unsqueeze(2)
        target_dist = returns.unsqueeze(1)
        dist_diff = F.smooth_l1_loss(*torch.broadcast_tensors(target_dist, curr_dist), reduction="none")
        weight = (self.tau_hat - (target_dist - curr_dist).detach().le(0.0).float()).abs()
        return (dist_diff * weight).sum(-1).mean(1).mean()

    def learn(self, obs, act, rew, obs_next, done):
        loss = self.loss(obs, act, self.target(rew, obs_next, done))
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()
        return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = QuantileNet(4, 3, 7)
    policy = QRDQNPolicy(model, torch.optim.Adam(model.parameters(), lr=0.01), 7)
    for step in range(3):
        obs, obs_next = torch.randn(2, 10, 4)
        loss = policy.learn(obs, torch.randint(0, 3, (10,)), torch.randn(10), obs_next, (torch.rand(10) < 0.2).float())
        print(f"{loss:.4f}")
