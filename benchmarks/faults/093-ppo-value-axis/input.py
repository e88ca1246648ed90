import torch
import torch.nn as nn
from torch.distributions import Categorical


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 32), nn.Tanh(), nn.Linear(32, o))


class Critic(nn.Module):
    def __init__(self, obs=6):
        super().__init__()
        self.v = mlp(obs, 1)

    def forward(self, obs):
        return self.v(obs)


class Explorer(nn.Module):
    """Picks a restart state; gets the value estimate as one more feature."""

    def __init__(self, obs=6):
        super().__init__()
        self.score = nn.Linear(obs + 1, 1)

    def forward(self, obs, critic):
        return self.score(torch.cat([obs, critic(obs).detach()], dim=-1))


def gae(rewards, values, dones, last, gamma=0.99, lam=0.95):
    """rewards, values, dones: (steps, envs); last: (envs,)"""
    adv, run = torch.zeros_like(rewards), 0.0
    nxt = last
    for t in reversed(range(rewards.size(0))):
        live = 1.0 - dones[t]
        delta = rewards[t] + gamma * nxt * live - values[t]
        run = delta + gamma * lam * live * run
        adv[t] = run
        nxt = values[t]
    return adv, adv + values


if __name__ == "__main__":
    torch.manual_seed(0)
    steps, envs = 16, 4
    actor, critic, explorer = mlp(6, 3), Critic(), Explorer()
    obs = torch.randn(steps + 1, envs, 6)
    dist = Categorical(logits=actor(obs[:-1]))
    actions = dist.sample()
    old_logp = dist.log_prob(actions).detach()
    rewards, dones = torch.randn(steps, envs), (torch.rand(steps, envs) < 0.1).float()
    with torch.no_grad():
        values = critic(obs[:-1])
        adv, returns = gae(rewards, values, dones, critic(obs[-1]))
    flat = obs[:-1].reshape(-1, 6)
    logp = Categorical(logits=actor(flat)).log_prob(actions.reshape(-1))
    ratio = (logp - old_logp.reshape(-1)).exp()
    a = (adv - adv.mean()) / (adv.std() + 1e-8)
    surr = torch.min(ratio * a.reshape(-1), ratio.clamp(0.8, 1.2) * a.reshape(-1))
    v_loss = (critic(flat).squeeze(-1) - returns.reshape(-1)).pow(2).mean()
    loss = -surr.mean() + 0.5 * v_loss
    loss.backward()
    print(round(loss.item(), 4), explorer(flat, critic).shape)
