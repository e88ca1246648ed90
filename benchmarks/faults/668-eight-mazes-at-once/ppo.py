"""PPO in several corridors at once: walk to the right end."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.distributions import Categorical


@dataclass
class Args:
    num_envs: int = 8
    num_steps: int = 32
    minibatches: int = 4
    update_epochs: int = 2
    updates: int = 4
    gamma: float = 0.97
    lam: float = 0.95
    clip: float = 0.2
    lr: float = 3e-3


class Corridors:
    def __init__(self, count, length=8):
        self.count, self.length = count, length
        self.place = torch.zeros(count, dtype=torch.long)

    def observe(self):
        return nn.functional.one_hot(self.place, self.length).float()

    def step(self, action):
        self.place = (self.place + 2 * action - 1).clamp(0, self.length - 1)
        done = (self.place == self.length - 1).float()
        self.place = torch.where(done.bool(), torch.zeros_like(self.place), self.place)
        return self.observe(), done - 0.02, done


class Agent(nn.Module):
    def __init__(self, obs_dim=8, actions=2, hidden=32):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, actions))
        self.critic = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def value(self, obs):
        return self.critic(obs).squeeze(-1)

    def act(self, obs, action=None):
        policy = Categorical(logits=self.actor(obs))
        action = policy.sample() if action is None else action
        return action, policy.log_prob(action), policy.entropy()


def gae(rewards, values, dones, last_value, args):
    advantages, carry = torch.zeros_like(rewards), torch.zeros(args.num_envs)
    for t in reversed(range(args.num_steps)):
        following = last_value if t == args.num_steps - 1 else values[t + 1]
        delta = rewards[t] + args.gamma * following * (1 - dones[t]) - values[t]
        carry = delta + args.gamma * args.lam * (1 - dones[t]) * carry
        advantages[t] = carry
    return advantages


def flatten(steps):
    """(steps, envs, ...) to (steps * envs, ...)."""
    return steps.reshape(-1, *steps.shape[2:])


def rollout(agent, envs, args):
    shape = (args.num_steps, args.num_envs)
    buffer = {"obs": torch.zeros(*shape, envs.length), "actions": torch.zeros(shape, dtype=torch.long)}
    buffer |= {key: torch.zeros(shape) for key in ("logprobs", "rewards", "dones", "values")}
    obs = envs.observe()
    with torch.no_grad():
        for t in range(args.num_steps):
            action, logprob, _ = agent.act(obs)
            buffer["obs"][t], buffer["actions"][t], buffer["logprobs"][t] = obs, action, logprob
            buffer["values"][t] = agent.value(obs)
            obs, buffer["rewards"][t], buffer["dones"][t] = envs.step(action)
        advantages = gae(buffer["rewards"], buffer["values"], buffer["dones"], agent.value(obs), args)
    returns = advantages + buffer["values"]
    batch = {key: flatten(buffer[key]) for key in ("obs", "actions", "logprobs")}
    return batch | {"advantages": advantages, "returns": returns}


def update(agent, optimizer, batch, args):
    size = args.num_steps * args.num_envs
    for _ in range(args.update_epochs):
        for index in torch.randperm(size).chunk(args.minibatches):
            _, logprob, entropy = agent.act(batch["obs"][index], batch["actions"][index])
            ratio = (logprob - batch["logprobs"][index]).exp()
            advantage = batch["advantages"][index]
            advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
            policy_loss = -torch.min(ratio * advantage, ratio.clamp(1 - args.clip, 1 + args.clip) * advantage).mean()
            value_loss = (agent.value(batch["obs"][index]) - batch["returns"][index]).square().mean()
            loss = policy_loss + 0.5 * value_loss - 0.01 * entropy.mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    torch.manual_seed(0)
    args = Args()
    envs, agent = Corridors(args.num_envs), Agent()
    optimizer = torch.optim.Adam(agent.parameters(), lr=args.lr)
    for number in range(args.updates):
        batch = rollout(agent, envs, args)
        update(agent, optimizer, batch, args)
        print(f"update {number}: mean return {batch['returns'].mean():.3f}")
