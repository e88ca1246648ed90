"""One vehicle learns its way."""
import random

import torch

from dqn.agent import DQN
from hall import MOVES, Hall

EPISODES, STEPS = 3, 20

if __name__ == "__main__":
    random.seed(0)
    torch.manual_seed(0)
    hall, losses = Hall(), []
    agent = DQN(3, len(MOVES))
    for episode in range(EPISODES):
        state, total = hall.reset(), 0.0
        for step in range(STEPS):
            action = agent.choose_action(state, epsilon=0.9 - 0.3 * episode)
            nxt, reward, done = hall.step(action)
            agent.store_transition(state, action, reward, nxt, done)
            state, total = nxt, total + reward
            if len(agent.memory) >= agent.batch_size:
                losses.append(agent.learn())
            if done:
                break
        print(f"episode {episode}: reward {total:.2f}, learned {agent.learned} times")
