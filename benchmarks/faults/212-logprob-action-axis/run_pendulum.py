"""Trains A2C on a made-up reaching task with three joints."""
import torch

from rl.net import Actor, Critic
from rl.policy import A2CPolicy


class ReachEnv:
    """state: joint angles and a target; reward: minus the squared distance"""

    def __init__(self, n=64, joints=3):
        self.n, self.joints = n, joints

    def reset(self):
        self.state = torch.randn(self.n, 2 * self.joints)
        return self.state

    def step(self, act):
        a, goal = self.state.split(self.joints, dim=1)
        a = a + 0.1 * act
        self.state = torch.cat([a, goal], dim=1)
        return self.state, -(a - goal).pow(2).mean(1)


def main():
    torch.manual_seed(0)
    env = ReachEnv()
    policy = A2CPolicy(Actor(6, 3), Critic(6), lr=3e-3)
    obs = env.reset()
    for it in range(5):
        act = policy.act(obs)
        nxt, rew = env.step(act)
        losses = policy.learn(obs, act, rew, nxt)
        obs = nxt
    print({k: round(v, 3) for k, v in losses.items()})


if __name__ == "__main__":
    main()
