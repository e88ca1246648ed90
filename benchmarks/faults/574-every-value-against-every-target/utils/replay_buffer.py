"""What was seen, done, earned, and whether it ended."""
import numpy as np


class ReplayBuffer:
    def __init__(self, size, obs_dim, seed=0):
        self.size, self.next_idx, self.num_in_buffer = size, 0, 0
        self.obs = np.zeros((size, obs_dim), dtype=np.float32)
        self.action, self.reward = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.float32)
        self.done, self.rng = np.zeros(size, dtype=np.float32), np.random.default_rng(seed)

    def store_frame(self, obs):
        self.obs[self.next_idx] = obs
        idx = self.next_idx
        self.next_idx = (self.next_idx + 1) % self.size
        self.num_in_buffer = min(self.size, self.num_in_buffer + 1)
        return idx

    def store_effect(self, idx, action, reward, done):
        self.action[idx], self.reward[idx], self.done[idx] = action, reward, done

    def can_sample(self, batch_size):
        return batch_size + 1 <= self.num_in_buffer

    def sample(self, batch_size):
        idxes = self.rng.choice(self.num_in_buffer - 1, batch_size, replace=False)
        return self.obs[idxes], self.action[idxes], self.reward[idxes], self.obs[(idxes + 1) % self.size], self.done[idxes]
