"""Walk along a corridor to its end."""
import random

import numpy as np
import torch

from dqn_learn import QLearner

LENGTH, EPISODES, LIMIT = 6, 60, 15


class Corridor:
    def reset(self):
        self.place, self.steps = 0, 0
        return self.observe()

    def observe(self):
        return np.eye(LENGTH, dtype=np.float32)[self.place]

    def step(self, action):
        self.place = min(max(self.place + (1 if action == 1 else -1), 0), LENGTH - 1)
        self.steps += 1
        reached = self.place == LENGTH - 1
        return self.observe(), 1.0 if reached else -0.05, reached or self.steps >= LIMIT


if __name__ == "__main__":
    random.seed(0)
    torch.manual_seed(0)
    env, learner, lengths = Corridor(), QLearner(LENGTH, 2), []
    for episode in range(EPISODES):
        obs, done, epsilon = env.reset(), False, max(0.1, 1 - episode / 40)
        while not done:
            idx = learner.replay_buffer.store_frame(obs)
            action = learner.select_epsilon_greedy_action(obs, epsilon)
            obs, reward, done = env.step(action)
            learner.replay_buffer.store_effect(idx, action, reward, done)
            learner.learn()
        lengths.append(env.steps)
    with torch.no_grad():
        values = learner.Q(torch.eye(LENGTH))
    print(f"steps in the last ten episodes: {sum(lengths[-10:]) / 10:.1f}")
    print("values: " + " ".join(f"{v:.2f}" for v in values.max(1)[0].tolist()))
