"""Actor and critic for several carts that have to stay on top of a hill."""
import argparse

import torch
from torch import nn
from torch.distributions import Categorical


class Hills:
    """Carts that start near the top; an episode ends where one rolled too far."""

    def __init__(self, envs):
        self.envs = envs
        self.state = torch.zeros(envs, 2)
        self.restart(torch.ones(envs, dtype=torch.bool))

    def restart(self, which):
        self.state[which] = torch.randn(int(which.sum()), 2) * 0.1

    def step(self, action):
        place, speed = self.state.unbind(dim=1)
        speed = speed + 0.1 * place + 0.12 * (action - 1)
        place = place + 0.2 * speed
        self.state = torch.stack([place, speed], dim=1)
        done = place.abs() > 1
        reward = 1.0 - place.abs() - done.float()
        self.restart(done)
        return self.state.clone(), reward, done.float()


class ActorCritic(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh())
        self.policy, self.value = nn.Linear(width, 3), nn.Linear(width, 1)

    def forward(self, state):
        h = self.body(state)
        return Categorical(logits=self.policy(h)), self.value(h).squeeze(-1)


def gae(rewards, values, dones, last_value, gamma, lam):
    """Advantages and returns, (steps, envs) as the rewards."""
    not_done = 1.0 - dones
    deltas = rewards + gamma * not_done * values[1:] - values[:-1]
    advantages = torch.zeros_like(rewards)
    running = torch.zeros_like(last_value)
    for t in reversed(range(len(rewards))):
        running = deltas[t] + gamma * lam * not_done[t] * running
        advantages[t] = running
    return advantages, advantages + values[:-1]


def rollout(env, net, state, steps):
    states, actions, rewards, dones, values = [], [], [], [], []
    for _ in range(steps):
        with torch.no_grad():
            dist, value = net(state)
        action = dist.sample()
        states.append(state), actions.append(action), values.append(value)
        state, reward, done = env.step(action)
        rewards.append(reward), dones.append(done)
    return [torch.stack(x) for x in (states, actions, rewards, dones, values)], state


def main(args):
    torch.manual_seed(args.seed)
    env, net = Hills(args.envs), ActorCritic()
    optimizer = torch.optim.Adam(net.parameters(), lr=args.lr)
    state = env.state.clone()
    for update in range(args.updates):
        (states, actions, rewards, dones, values), state = rollout(env, net, state, args.steps)
        with torch.no_grad():
            last_value = net(state)[1]
        advantages, returns = gae(rewards, values, dones, last_value, args.gamma, args.lam)
        dist, value = net(states)
        scaled = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        loss = -(dist.log_prob(actions) * scaled).mean() + 0.5 * (value - returns).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"update {update}: reward {rewards.mean():.3f}, falls {int(dones.sum())}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--envs", type=int, default=6)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--gamma", type=float, default=0.98)
    parser.add_argument("--lam", type=float, default=0.95)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    main(parser.parse_args())
