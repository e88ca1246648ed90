"""Actor and critic that learn from what was collected."""
from types import SimpleNamespace

import torch
from torch import nn
import torch.nn.functional as F


class Actor(nn.Module):
    def __init__(self, state_size, action_size):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(state_size, 24), nn.ReLU(), nn.Linear(24, action_size))

    def forward(self, obs):
        return self.net(obs)


class Critic(nn.Module):
    def __init__(self, state_size):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(state_size, 24), nn.ReLU(), nn.Linear(24, 1))

    def forward(self, obs):
        return self.net(obs)


def episodic_return(rewards, dones, gamma=0.99):
    returns, running = torch.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running * (1 - dones[t])
        returns[t] = running
    return returns


class A2CPolicy:
    def __init__(self, actor, critic, optim, vf_coef=0.5, ent_coef=0.01):
        self.actor, self.critic, self.optim = actor, critic, optim
        self.w_vf, self.w_ent = vf_coef, ent_coef

    def losses(self, batch):
        dist = torch.distributions.Categorical(logits=self.actor(batch.obs))
        v = self.critic(batch.obs)
        r = batch.returns
        advantage = r - v
        a_loss = -(dist.log_prob(batch.act) * advantage.detach()).mean()
        vf_loss = advantage.pow(2).mean()
        return a_loss, vf_loss, dist.entropy().mean()

    def learn(self, batch, repeat=4):
        for _ in range(repeat):
            a_loss, vf_loss, ent_loss = self.losses(batch)
            loss = a_loss + self.w_vf * vf_loss - self.w_ent * ent_loss
            self.optim.zero_grad()
            loss.backward()
            self.optim.step()
        return {"loss/actor": a_loss.item(), "loss/vf": vf_loss.item(), "loss/ent": ent_loss.item()}


def collect(n_step, state_size=5, action_size=3):
    obs, act = torch.randn(n_step, state_size), torch.randint(0, action_size, (n_step,))
    rewards, dones = (act == obs[:, :action_size].argmax(1)).float(), (torch.rand(n_step) < 0.1).float()
    return SimpleNamespace(obs=obs, act=act, returns=episodic_return(rewards, dones))


if __name__ == "__main__":
    torch.manual_seed(0)
    actor, critic = Actor(5, 3), Critic(5)
    policy = A2CPolicy(actor, critic, torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=3e-3))
    for epoch in range(3):
        print({name: round(value, 3) for name, value in policy.learn(collect(64)).items()})
