"""Points learn to walk to the middle."""
import torch

from ppo import PPO, Policy
from storage import RolloutStorage

NUM_ENVS, NUM_STEPS, UPDATES = 6, 8, 3
MOVES = torch.tensor([[0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1]])


class PointMass:
    def __init__(self, num_envs):
        self.generator = torch.Generator().manual_seed(0)
        self.where = self.fresh(num_envs)

    def fresh(self, count):
        return torch.rand(count, 2, generator=self.generator) * 2 - 1

    def step(self, action):
        self.where = self.where + MOVES[action]
        distance = self.where.norm(dim=1)
        done = (distance < 0.3) | (distance > 1.5)
        self.where = torch.where(done[:, None], self.fresh(len(done)), self.where)
        return self.where, -distance, done


if __name__ == "__main__":
    torch.manual_seed(0)
    envs, policy = PointMass(NUM_ENVS), Policy(2, len(MOVES))
    updater, storage = PPO(policy), RolloutStorage(NUM_ENVS, NUM_STEPS, 2)
    storage.obs[:, 0] = envs.where
    losses = []
    for update in range(UPDATES):
        for step in range(NUM_STEPS):
            with torch.no_grad():
                dist, value = policy(storage.obs[:, step])
                action = dist.sample()
            next_obs, reward, done = envs.step(action)
            storage.insert(step, next_obs, action, dist.log_prob(action), value, reward, done)
        losses.append(updater.update(storage))
        storage.start_again()
        print(f"update {update}: value loss {losses[-1]:.3f}")
