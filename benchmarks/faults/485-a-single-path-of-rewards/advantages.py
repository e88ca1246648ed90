"""Advantages of padded paths by generalized advantage estimation, and one step of a policy gradient with them."""
import torch
from torch import nn
import torch.nn.functional as F


def compute_advantages(discount, gae_lambda, max_path_length, baselines, rewards):
    """Advantages of ``rewards`` (paths, steps) when ``baselines`` (paths, steps) was expected."""
    adv_filter = torch.full((1, 1, 1, max_path_length - 1), discount * gae_lambda, dtype=torch.float)
    adv_filter = torch.cumprod(F.pad(adv_filter, (1, 0), value=1), dim=-1)

    deltas = rewards + discount * F.pad(baselines, (0, 1))[:, 1:] - baselines
    deltas = F.pad(deltas, (0, max_path_length - 1)).unsqueeze(0).unsqueeze(0)
    return F.conv2d(deltas, adv_filter, stride=1).squeeze()


def pad_to_last(paths, total_length):
    return torch.stack([F.pad(path, (0, total_length - len(path))) for path in paths])


class GaussianPolicy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=16):
        super().__init__()
        self.mean = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, act_dim))
        self.log_std = nn.Parameter(torch.zeros(act_dim))

    def forward(self, obs):
        return torch.distributions.Normal(self.mean(obs), self.log_std.exp())


class VPG:
    def __init__(self, policy, baseline, max_path_length, discount=0.99, gae_lambda=0.95):
        self.policy, self.baseline = policy, baseline
        self.max_path_length, self.discount, self.gae_lambda = max_path_length, discount, gae_lambda
        self.optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)

    def loss(self, paths):
        valids = [len(path["rewards"]) for path in paths]
        rewards = pad_to_last([path["rewards"] for path in paths], self.max_path_length)
        with torch.no_grad():
            expected = [self.baseline(path["observations"]).squeeze(-1) for path in paths]
        baselines = pad_to_last(expected, self.max_path_length)
        advantages = compute_advantages(self.discount, self.gae_lambda, self.max_path_length, baselines, rewards)
        flat = torch.cat([row[:valid] for row, valid in zip(advantages, valids)])
        flat = (flat - flat.mean()) / (flat.std() + 1e-8)
        log_prob = torch.cat([self.policy(path["observations"]).log_prob(path["actions"]).sum(-1) for path in paths])
        return -(log_prob * flat).mean()

    def train_once(self, paths):
        loss = self.loss(paths)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def sample(lengths, obs_dim=4, act_dim=2):
    return [{"observations": torch.randn(n, obs_dim), "actions": torch.randn(n, act_dim), "rewards": torch.rand(n)}
            for n in lengths]


if __name__ == "__main__":
    torch.manual_seed(0)
    algo = VPG(GaussianPolicy(4, 2), nn.Linear(4, 1), max_path_length=12)
    for lengths in ([7, 12, 3], [5, 9], [12]):
        print(f"{len(lengths)} paths: {algo.train_once(sample(lengths)):.3f}")
