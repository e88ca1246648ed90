"""Updates of a Q network from a replay buffer."""
import random
from collections import deque, namedtuple

import torch
from torch import nn

Transition = namedtuple("Transition", "state action reward following done")


class ReplayBuffer:
    def __init__(self, capacity):
        self.memory = deque(maxlen=capacity)

    def push(self, *values):
        self.memory.append(Transition(*values))

    def sample(self, size):
        state, action, reward, following, done = zip(*random.sample(self.memory, size))
        return Transition(torch.stack(state), torch.tensor(action), torch.tensor(reward),
                          torch.stack(following), torch.tensor(done))


def q_network(observations=4, actions=2):
    return nn.Sequential(nn.Linear(observations, 32), nn.ReLU(), nn.Linear(32, actions))


def td_loss(online, target, batch, gamma=0.99):
    q = online(batch.state).gather(1, batch.action)
    with torch.no_grad():
        best = target(batch.following).max(dim=1).values
        goal = batch.reward + gamma * best * (1 - batch.done)
    return nn.functional.smooth_l1_loss(q, goal)


if __name__ == "__main__":
    torch.manual_seed(0)
    random.seed(0)
    buffer = ReplayBuffer(500)
    for _ in range(200):
        state = torch.randn(4)
        action = random.randrange(2)
        buffer.push(state, action, float(state[action]), state + 0.1 * torch.randn(4), float(random.random() < 0.1))
    online, target = q_network(), q_network()
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.Adam(online.parameters(), lr=1e-3)
    for step in range(40):
        loss = td_loss(online, target, buffer.sample(32))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            target.load_state_dict(online.state_dict())
            print(f"step {step}: {loss.item():.4f}")
