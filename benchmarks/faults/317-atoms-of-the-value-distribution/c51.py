"""A distributional value network for an inverted pendulum with three torques."""
import argparse

import torch
from torch import nn


class Net(nn.Module):
    """Returns logits of shape (batch, actions), or (batch, actions, atoms) probabilities with more than one atom."""

    def __init__(self, state_dim, actions, hidden=(32, 32), softmax=False, num_atoms=1):
        super().__init__()
        self.actions, self.num_atoms, self.softmax = actions, num_atoms, softmax
        layers, width = [], state_dim
        for h in hidden:
            layers += [nn.Linear(width, h), nn.ReLU()]
            width = h
        self.body = nn.Sequential(*layers, nn.Linear(width, actions * num_atoms))

    def forward(self, obs):
        logits = self.body(obs)
        if self.num_atoms > 1:
            logits = logits.view(-1, self.actions, self.num_atoms)
        return logits.softmax(dim=-1) if self.softmax else logits


class C51:
    def __init__(self, net, num_atoms, v_min, v_max):
        self.net = net
        self.support = torch.linspace(v_min, v_max, num_atoms)

    def values(self, obs):
        return (self.net(obs) * self.support).sum(dim=-1)

    def act(self, obs):
        return self.values(obs).argmax(dim=-1)

    def loss(self, obs, act, target):
        dist = self.net(obs)[torch.arange(len(act)), act]
        return -(target * dist.clamp(min=1e-8).log()).sum(dim=-1).mean()


def get_args(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--num-atoms", type=int, default=51)
    parser.add_argument("--v-min", type=float, default=-10.0)
    parser.add_argument("--v-max", type=float, default=10.0)
    parser.add_argument("--hidden", type=int, nargs="*", default=[32, 32])
    return parser.parse_args(argv)


def make_policy(args, state_dim=4, actions=3):
    net = Net(state_dim, actions, hidden=args.hidden, softmax=True)
    return C51(net, args.num_atoms, args.v_min, args.v_max)


if __name__ == "__main__":
    torch.manual_seed(0)
    policy = make_policy(get_args())
    obs = torch.randn(6, 4)
    print(policy.act(obs))
    target = torch.rand(6, 51)
    print(policy.loss(obs, torch.tensor([0, 1, 2, 0, 1, 2]), target / target.sum(dim=-1, keepdim=True)).item())
