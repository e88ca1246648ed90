"""Proximal policy optimisation of a policy with a value head."""
import torch
from torch import nn
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, obs_dim, num_actions, hidden=16):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh())
        self.actor, self.critic = nn.Linear(hidden, num_actions), nn.Linear(hidden, 1)

    def forward(self, obs):
        h = self.body(obs)
        return Categorical(logits=self.actor(h)), self.critic(h)


class PPO:
    def __init__(self, policy, gamma=0.9, gae_lambda=0.8, clip=0.2, epochs=2, lr=1e-2):
        self.policy, self.gamma, self.gae_lambda = policy, gamma, gae_lambda
        self.clip, self.epochs = clip, epochs
        self.optimizer = torch.optim.Adam(policy.parameters(), lr=lr)

    def compute_gae(self, storage, last_value):
        storage.value_preds[:, -1] = last_value
        masks, value_preds = storage.masks, storage.value_preds
        returns = torch.zeros_like(value_preds)
        gae = 0
        for step in reversed(range(storage.num_steps)):
            next_val = value_preds[:, step + 1]
            delta = (
                storage.rewards[:, step]
                + self.gamma * next_val * masks[:, step + 1]
                - value_preds[:, step]
            )
            gae = delta + self.gamma * self.gae_lambda * masks[:, step + 1] * gae
            returns[:, step] = gae + value_preds[:, step].reshape(gae.shape)
        return returns[:, :-1]

    def update(self, storage):
        with torch.no_grad():
            last_value = self.policy(storage.obs[:, -1])[1]
            returns = self.compute_gae(storage, last_value)
            advantages = returns - storage.value_preds[:, :-1]
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-5)
        obs = storage.obs[:, :-1].flatten(0, 1)
        actions, old = storage.actions.flatten(), storage.log_probs.flatten(0, 1)
        for _ in range(self.epochs):
            dist, value = self.policy(obs)
            ratio = torch.exp(dist.log_prob(actions).view(-1, 1) - old)
            advantage = advantages.flatten(0, 1)
            surrogate = torch.min(ratio * advantage, ratio.clamp(1 - self.clip, 1 + self.clip) * advantage)
            value_loss = (returns.flatten(0, 1) - value).pow(2).mean()
            loss = 0.5 * value_loss - surrogate.mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return value_loss.item()
