import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 32), nn.ReLU(), nn.Linear(32, o))


class Actor(nn.Module):
    def __init__(self, obs, act):
        super().__init__()
        self.body, self.act = mlp(obs, 2 * act), act

    def sample(self, obs):
        mu, log_std = self.body(obs).split(self.act, dim=-1)
        dist = Normal(mu, log_std.clamp(-5, 2).exp())
        u = dist.rsample()
        action = torch.tanh(u)
        log_prob = dist.log_prob(u) - torch.log(1 - action.pow(2) + 1e-6)
        return action, log_prob


class SAC:
    def __init__(self, obs=11, act=4, gamma=0.99, alpha=0.2):
        self.actor = Actor(obs, act)
        self.q1, self.q2 = mlp(obs + act, 1), mlp(obs + act, 1)
        self.gamma, self.alpha = gamma, alpha

    def critic_loss(self, obs, action, reward, next_obs, done):
        with torch.no_grad():
            next_action, log_prob = self.actor.sample(next_obs)
            sa = torch.cat([next_obs, next_action], dim=-1)
            q_next = torch.min(self.q1(sa), self.q2(sa)) - self.alpha * log_prob
            target = reward + self.gamma * (1 - done) * q_next
        sa = torch.cat([obs, action], dim=-1)
        loss1 = F.mse_loss(self.q1(sa), target)
        loss2 = F.mse_loss(self.q2(sa), target)
        return loss1 + loss2


if __name__ == "__main__":
    torch.manual_seed(0)
    agent, n = SAC(), 64
    loss = agent.critic_loss(torch.randn(n, 11), torch.rand(n, 4), torch.randn(n, 1),
                             torch.randn(n, 11), torch.zeros(n, 1))
    loss.backward()
    print("critic loss", round(loss.item(), 4))
