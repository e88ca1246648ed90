"""Double DQN for a drone that has to stay at a height; thrust is off, half or full."""
import random
from collections import deque, namedtuple

import torch
from torch import nn
import torch.nn.functional as F

Transition = namedtuple("Transition", "state action reward next_state done")
GAMMA, BATCH, ACTIONS = 0.97, 32, 3


class Hover:
    def reset(self):
        self.height, self.speed, self.steps = random.uniform(-1, 1), 0.0, 0
        return [self.height, self.speed]

    def step(self, action):
        self.speed += 0.1 * (action - 1) - 0.01 * self.speed
        self.height += 0.1 * self.speed
        self.steps += 1
        done = abs(self.height) > 2 or self.steps >= 40
        return [self.height, self.speed], 1.0 - abs(self.height), done


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque(maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, size):
        batch = Transition(*zip(*random.sample(self.memory, size)))
        return Transition(
            torch.tensor(batch.state),
            torch.tensor(batch.action),
            torch.tensor(batch.reward),
            torch.tensor(batch.next_state),
            torch.tensor(batch.done, dtype=torch.float32),
        )

    def __len__(self):
        return len(self.memory)


def make_net():
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, ACTIONS))


def td_loss(policy, target, batch):
    q = policy(batch.state).gather(1, batch.action)
    with torch.no_grad():
        best = policy(batch.next_state).argmax(dim=1, keepdim=True)
        q_next = target(batch.next_state).gather(1, best).squeeze(1)
        wanted = batch.reward + GAMMA * (1 - batch.done) * q_next
    return F.smooth_l1_loss(q, wanted)


def main(episodes=4):
    env, memory = Hover(), ReplayMemory(1000)
    policy, target = make_net(), make_net()
    target.load_state_dict(policy.state_dict())
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
    for episode in range(episodes):
        state, done, total = env.reset(), False, 0.0
        while not done:
            action = random.randrange(ACTIONS)
            if random.random() > 0.3:
                action = policy(torch.tensor(state)).argmax().item()
            next_state, reward, done = env.step(action)
            memory.push(state, action, reward, next_state, done)
            state, total = next_state, total + reward
            if len(memory) >= BATCH:
                loss = td_loss(policy, target, memory.sample(BATCH))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        target.load_state_dict(policy.state_dict())
        print(f"episode {episode}: return {total:.2f}")
    return policy, target, memory


if __name__ == "__main__":
    random.seed(0)
    torch.manual_seed(0)
    policy, target, memory = main()
