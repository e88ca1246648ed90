import torch
import torch.nn as nn
from torch.distributions import Normal

# ---- hyperparameters ----
NUM_ENVS = 16
HORIZON = 20
ITERATIONS = 4
EPOCHS = 3
MINIBATCH = 64
GAMMA = 0.95
LAMBDA = 0.9
CLIP = 0.2
ENT_COEF = 1e-3


class ReachEnv:
    """Two joints, velocities as actions; the hand has to come to a target."""

    def __init__(self, n):
        self.n = n
        self.reset()

    def reset(self):
        self.q = torch.rand(self.n, 2) * 2 - 1
        self.target = torch.rand(self.n, 2) * 2 - 1
        return self.obs()

    def hand(self):
        a, b = self.q[:, 0], self.q[:, 0] + self.q[:, 1]
        return torch.stack([a.cos() + b.cos(), a.sin() + b.sin()], dim=1)

    def obs(self):
        return torch.cat([self.q.cos(), self.q.sin(), self.hand(), self.target], dim=1)

    def step(self, action):
        self.q = self.q + 0.2 * action.clamp(-1, 1)
        return self.obs(), -(self.hand() - self.target).norm(dim=1)


class ActorCritic(nn.Module):
    def __init__(self, obs_dim=8, act_dim=2, hidden=64):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, act_dim))
        self.critic = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.log_std = nn.Parameter(torch.full((act_dim,), -0.5))

    def dist(self, obs):
        return Normal(self.actor(obs), self.log_std.exp())

    @torch.no_grad()
    def act(self, obs):
        dist = self.dist(obs)
        action = dist.sample()
        return action, dist.log_prob(action).sum(-1), self.critic(obs).squeeze(-1)

    def evaluate(self, obs, action):
        dist = self.dist(obs)
        return dist.log_prob(action), dist.entropy().sum(-1), self.critic(obs).squeeze(-1)


def rollout(env, agent):
    obs = env.reset()
    store = {k: [] for k in ("obs", "act", "logp", "val", "rew")}
    for _ in range(HORIZON):
        act, logp, val = agent.act(obs)
        nxt, rew = env.step(act)
        for k, v in zip(store, (obs, act, logp, val, rew)):
            store[k].append(v)
        obs = nxt
    last = agent.act(obs)[2]
    return {k: torch.stack(v) for k, v in store.items()}, last


def gae(rew, val, last):
    adv = torch.zeros_like(rew)
    running = torch.zeros_like(last)
    for t in reversed(range(HORIZON)):
        nxt = last if t == HORIZON - 1 else val[t + 1]
        running = rew[t] + GAMMA * nxt - val[t] + GAMMA * LAMBDA * running
        adv[t] = running
    return adv, adv + val


def ppo_loss(agent, obs, act, old_logp, adv, ret):
    logp, entropy, value = agent.evaluate(obs, act)
    ratio = torch.exp(logp - old_logp)
    surr = torch.min(ratio * adv, ratio.clamp(1 - CLIP, 1 + CLIP) * adv)
    return -surr.mean() + 0.5 * (value - ret).pow(2).mean() - ENT_COEF * entropy.mean()


def update(agent, opt, data, last):
    adv, ret = gae(data["rew"], data["val"], last)
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    flat = [v.flatten(0, 1) for v in (data["obs"], data["act"], data["logp"], adv, ret)]
    for _ in range(EPOCHS):
        for idx in torch.randperm(len(flat[0])).split(MINIBATCH):
            loss = ppo_loss(agent, *(v[idx] for v in flat))
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            opt.step()


if __name__ == "__main__":
    torch.manual_seed(1)
    env, agent = ReachEnv(NUM_ENVS), ActorCritic()
    opt = torch.optim.Adam(agent.parameters(), lr=1e-3)
    for i in range(ITERATIONS):
        data, last = rollout(env, agent)
        update(agent, opt, data, last)
        print(f"iteration {i}: mean distance {-data['rew'].mean():.3f}")
