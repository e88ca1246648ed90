"""Imitation: a discriminator tells pairs of state and action of an expert from those of a policy."""
import numpy as np
import torch
from torch import nn


class ToyEnv:
    """A pole with two pushes, or a pendulum with one torque."""

    def __init__(self, discrete):
        self.is_disc_action, self.state_dim = discrete, 4 if discrete else 3
        self.action_num = 2 if discrete else 1
        self.rng = np.random.RandomState(0)

    def reset(self):
        self.state, self.t = self.rng.randn(self.state_dim), 0
        return self.state

    def step(self, action):
        self.t += 1
        self.state = 0.9 * self.state + 0.1 * np.sum(action) + 0.05 * self.rng.randn(self.state_dim)
        return self.state, self.t >= 6


class Policy(nn.Module):
    def __init__(self, env):
        super().__init__()
        self.discrete = env.is_disc_action
        self.net = nn.Sequential(nn.Linear(env.state_dim, 16), nn.Tanh(), nn.Linear(16, env.action_num))

    def dist(self, states):
        out = self.net(states)
        return torch.distributions.Categorical(logits=out) if self.discrete else torch.distributions.Normal(out, 1.0)


class Discriminator(nn.Module):
    def __init__(self, num_inputs, hidden=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(num_inputs, hidden), nn.Tanh(), nn.Linear(hidden, 1), nn.Sigmoid())

    def forward(self, x):
        return self.net(x)


def collect(env, policy, episodes=4):
    """States (N, state_dim) and actions: (N,) numbers of a push, or (N, action_num) torques."""
    states, actions = [], []
    for _ in range(episodes):
        state, done = env.reset(), False
        while not done:
            with torch.no_grad():
                action = policy.dist(torch.from_numpy(state).float()).sample().numpy()
            states.append(state)
            actions.append(action)
            state, done = env.step(action)
    return torch.from_numpy(np.stack(states)).float(), torch.from_numpy(np.stack(actions))


def save_expert_traj(env, policy):
    states, actions = collect(env, policy)
    return np.hstack([states.numpy(), actions.numpy().reshape(len(states), -1)])


def update_discriminator(discrim, optimizer, expert_traj, states, actions):
    criterion = nn.BCELoss()
    expert_state_actions = torch.from_numpy(expert_traj).float()
    g_o = discrim(torch.cat([states, actions], 1))
    e_o = discrim(expert_state_actions)
    loss = criterion(g_o, torch.ones(states.shape[0], 1)) + criterion(e_o, torch.zeros(expert_traj.shape[0], 1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def main(discrete):
    env = ToyEnv(discrete)
    expert, policy = Policy(env), Policy(env)
    expert_traj = save_expert_traj(env, expert)
    action_dim = 1 if discrete else env.action_num
    discrim = Discriminator(env.state_dim + action_dim)
    optimizer = torch.optim.Adam(discrim.parameters(), 3e-3)
    for _ in range(3):
        states, actions = collect(env, policy)
        loss = update_discriminator(discrim, optimizer, expert_traj, states, actions)
    print(loss)


if __name__ == "__main__":
    torch.manual_seed(0)
    main(discrete=False)
    main(discrete=True)
