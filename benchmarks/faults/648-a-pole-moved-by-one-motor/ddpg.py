"""DDPG on a pendulum."""
import copy
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Pendulum:
    obs_dim, act_dim, max_torque = 3, 1, 2.0

    def reset(self):
        self.th, self.dth = np.random.uniform(-math.pi, math.pi), np.random.uniform(-1, 1)
        return self.obs()

    def obs(self):
        return np.array([math.cos(self.th), math.sin(self.th), self.dth], dtype=np.float32)

    def step(self, action):
        u = float(np.clip(action, -self.max_torque, self.max_torque).item())
        angle = (self.th + math.pi) % (2 * math.pi) - math.pi
        cost = angle ** 2 + 0.1 * self.dth ** 2 + 0.001 * u ** 2
        self.dth = float(np.clip(self.dth + (15.0 * math.sin(self.th) + 3.0 * u) * 0.05, -8, 8))
        self.th += self.dth * 0.05
        return self.obs(), -cost, False


class ReplayBuffer:
    def __init__(self, capacity, obs_dim):
        self.obs = np.zeros((capacity, obs_dim), dtype=np.float32)
        self.next_obs = np.zeros((capacity, obs_dim), dtype=np.float32)
        self.actions = np.zeros(capacity, dtype=np.float32)
        self.rewards = np.zeros(capacity, dtype=np.float32)
        self.dones = np.zeros(capacity, dtype=np.float32)
        self.capacity, self.ptr, self.size = capacity, 0, 0

    def add(self, obs, action, reward, next_obs, done):
        i = self.ptr
        self.obs[i], self.next_obs[i] = obs, next_obs
        self.actions[i] = action.item()
        self.rewards[i], self.dones[i] = reward, done
        self.ptr = (self.ptr + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def sample(self, batch_size):
        idx = np.random.randint(0, self.size, batch_size)
        return [torch.from_numpy(a[idx]) for a in (self.obs, self.actions, self.rewards, self.next_obs, self.dones)]


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, limit):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, act_dim), nn.Tanh())
        self.limit = limit

    def forward(self, obs):
        return self.limit * self.net(obs)


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs_dim + act_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, obs, action):
        return self.net(torch.cat([obs, action], dim=-1)).squeeze(-1)


def update(batch, actor, critic, actor_target, critic_target, actor_opt, critic_opt, gamma=0.98, tau=0.01):
    obs, action, reward, next_obs, done = batch
    with torch.no_grad():
        target = reward + gamma * (1 - done) * critic_target(next_obs, actor_target(next_obs))
    critic_loss = F.mse_loss(critic(obs, action), target)
    critic_opt.zero_grad()
    critic_loss.backward()
    critic_opt.step()
    actor_loss = -critic(obs, actor(obs)).mean()
    actor_opt.zero_grad()
    actor_loss.backward()
    actor_opt.step()
    for net, slow in ((actor, actor_target), (critic, critic_target)):
        for p, q in zip(net.parameters(), slow.parameters()):
            q.data.lerp_(p.data, tau)
    return critic_loss.item()


if __name__ == "__main__":
    np.random.seed(0)
    torch.manual_seed(0)
    env = Pendulum()
    actor, critic = Actor(env.obs_dim, env.act_dim, env.max_torque), Critic(env.obs_dim, env.act_dim)
    actor_target, critic_target = copy.deepcopy(actor), copy.deepcopy(critic)
    actor_opt = torch.optim.Adam(actor.parameters(), lr=1e-3)
    critic_opt = torch.optim.Adam(critic.parameters(), lr=2e-3)
    buffer = ReplayBuffer(2000, env.obs_dim)
    for episode in range(3):
        obs, total = env.reset(), 0.0
        for t in range(100):
            with torch.no_grad():
                action = actor(torch.from_numpy(obs)).numpy() + 0.2 * np.random.randn(env.act_dim).astype(np.float32)
            next_obs, reward, done = env.step(action)
            buffer.add(obs, action, reward, next_obs, done)
            obs, total = next_obs, total + reward
            if buffer.size >= 64:
                loss = update(buffer.sample(32), actor, critic, actor_target, critic_target, actor_opt, critic_opt)
        print(f"episode {episode}: return {total:.1f} loss {loss:.3f}")
