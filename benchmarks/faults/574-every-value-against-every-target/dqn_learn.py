"""Learn the values from what is remembered."""
import random

import torch

from dqn_model import DQN
from utils.replay_buffer import ReplayBuffer


class QLearner:
    def __init__(self, obs_dim, num_actions, gamma=0.9, lr=5e-3, batch_size=16, target_update_freq=50, buffer_size=200):
        self.Q, self.target_Q = DQN(obs_dim, num_actions), DQN(obs_dim, num_actions)
        self.target_Q.load_state_dict(self.Q.state_dict())
        self.optimizer = torch.optim.RMSprop(self.Q.parameters(), lr=lr)
        self.replay_buffer = ReplayBuffer(buffer_size, obs_dim)
        self.num_actions, self.gamma, self.batch_size = num_actions, gamma, batch_size
        self.target_update_freq, self.num_param_updates = target_update_freq, 0

    def select_epsilon_greedy_action(self, obs, epsilon):
        if random.random() < epsilon:
            return random.randrange(self.num_actions)
        with torch.no_grad():
            return int(self.Q(torch.from_numpy(obs)[None]).argmax(1))

    def bellman_loss(self, obs_batch, act_batch, rew_batch, next_obs_batch, done_mask):
        """The Huber loss of the values of what was done; all of the batch but the observations are (B,)."""
        current_Q_values = self.Q(obs_batch).gather(1, act_batch.unsqueeze(1))
        next_max_q = self.target_Q(next_obs_batch).detach().max(1)[0]
        next_Q_values = (1 - done_mask) * next_max_q
        target_Q_values = rew_batch + self.gamma * next_Q_values
        bellman_error = target_Q_values - current_Q_values
        small = bellman_error.abs() <= 1
        return torch.where(small, 0.5 * bellman_error ** 2, bellman_error.abs() - 0.5).mean()

    def learn(self):
        if not self.replay_buffer.can_sample(self.batch_size):
            return None
        batch = [torch.from_numpy(part) for part in self.replay_buffer.sample(self.batch_size)]
        loss = self.bellman_loss(*batch)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.num_param_updates += 1
        if self.num_param_updates % self.target_update_freq == 0:
            self.target_Q.load_state_dict(self.Q.state_dict())
        return loss.item()
