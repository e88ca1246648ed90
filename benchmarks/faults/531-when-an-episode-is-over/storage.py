"""What several environments went through, one row per environment."""
import torch


class RolloutStorage:
    def __init__(self, num_envs, num_steps, obs_dim):
        self.num_steps = num_steps
        self.obs = torch.zeros(num_envs, num_steps + 1, obs_dim)
        self.actions = torch.zeros(num_envs, num_steps, dtype=torch.long)
        self.log_probs = torch.zeros(num_envs, num_steps, 1)
        self.rewards = torch.zeros(num_envs, num_steps, 1)
        self.value_preds = torch.zeros(num_envs, num_steps + 1, 1)
        self.masks = torch.ones(num_envs, num_steps + 1)

    def insert(self, step, next_obs, action, log_prob, value, reward, done):
        self.obs[:, step + 1] = next_obs
        self.actions[:, step] = action
        self.log_probs[:, step] = log_prob.view(-1, 1)
        self.value_preds[:, step] = value
        self.rewards[:, step] = reward.view(-1, 1)
        self.masks[:, step + 1] = 1.0 - done.float()

    def start_again(self):
        self.obs[:, 0] = self.obs[:, -1]
        self.masks[:, 0] = self.masks[:, -1]
