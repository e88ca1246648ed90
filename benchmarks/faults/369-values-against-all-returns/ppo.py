"""Proximal policy optimisation on minibatches cut out of a rollout."""
import torch
from torch import nn


class ActorCritic(nn.Module):
    def __init__(self, obs_dim=4, actions=3, width=16):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(obs_dim, width), nn.Tanh(), nn.Linear(width, actions))
        self.critic = nn.Sequential(nn.Linear(obs_dim, width), nn.Tanh(), nn.Linear(width, 1))


class Rollout:
    """Everything has (environments, steps) in front, the observations their numbers behind."""

    def __init__(self, obs, actions, log_probs, rewards, dones, values, gamma=0.99, lam=0.95):
        self.obs, self.actions, self.log_probs = obs, actions, log_probs
        n, steps = rewards.shape
        self.advantages = torch.zeros(n, steps)
        running = torch.zeros(n)
        for t in reversed(range(steps)):
            alive = 1 - dones[:, t]
            delta = rewards[:, t] + gamma * values[:, t + 1] * alive - values[:, t]
            running = delta + gamma * lam * alive * running
            self.advantages[:, t] = running
        self.returns = self.advantages + values[:, :-1]

    def minibatches(self, size):
        """Slices of the steps of every environment."""
        for env in range(self.obs.shape[0]):
            for start in range(0, self.obs.shape[1], size):
                part = (slice(env, env + 1), slice(start, start + size))
                yield tuple(x[part] for x in (self.obs, self.actions, self.log_probs, self.advantages, self.returns))


def losses(model, minibatch, clip=0.2):
    """The clipped loss of the policy and half the mean squared error of the values against the returns."""
    obs, actions, old, advantages, returns = minibatch
    new = torch.distributions.Categorical(logits=model.actor(obs)).log_prob(actions)
    ratio = (new - old).exp()
    policy = -torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()
    value = 0.5 * (model.critic(obs) - returns).pow(2).mean()
    return policy, value


if __name__ == "__main__":
    torch.manual_seed(0)
    model = ActorCritic()
    obs = torch.randn(2, 33, 4)
    with torch.no_grad():
        policy = torch.distributions.Categorical(logits=model.actor(obs[:, :-1]))
        actions = policy.sample()
        values = model.critic(obs).squeeze(-1)
    rollout = Rollout(obs[:, :-1], actions, policy.log_prob(actions), obs[:, 1:].sum(-1), torch.zeros(2, 32), values)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for minibatch in rollout.minibatches(8):
        policy_loss, value_loss = losses(model, minibatch)
        optimizer.zero_grad()
        (policy_loss + value_loss).backward()
        optimizer.step()
    print(policy_loss.item(), value_loss.item())
