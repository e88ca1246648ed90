import random
from collections import deque

import torch
import torch.nn as nn
import torch.nn.functional as F


class DuelingDQN(nn.Module):
    def __init__(self, frames=4, actions=6):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(frames, 8, 8, stride=4), nn.ReLU(),
            nn.Conv2d(8, 16, 4, stride=2), nn.ReLU(), nn.Flatten(),
        )
        self.adv = nn.Linear(16 * 4 * 4, actions)
        self.val = nn.Linear(16 * 4 * 4, 1)

    def forward(self, x):
        h = self.conv(x)
        a = self.adv(h)
        return self.val(h) + a - a.mean(dim=1, keepdim=True)


class Replay:
    def __init__(self, size=200):
        self.data = deque(maxlen=size)

    def push(self, *item):
        self.data.append(item)

    def sample(self, n):
        s, a, r, s2, d = zip(*random.sample(list(self.data), n))
        return (torch.stack(s), torch.tensor(a), torch.tensor(r),
                torch.stack(s2), torch.tensor(d, dtype=torch.float32))


def td_loss(online, target, batch, gamma=0.99):
    s, a, r, s2, done = batch
    q = online(s).gather(1, a)
    with torch.no_grad():
        best = online(s2).argmax(dim=1, keepdim=True)
        q_next = target(s2).gather(1, best).squeeze(1)
        y = r + gamma * q_next * (1 - done)
    return F.smooth_l1_loss(q, y)


if __name__ == "__main__":
    random.seed(0)
    torch.manual_seed(0)
    online, target = DuelingDQN(), DuelingDQN()
    target.load_state_dict(online.state_dict())
    mem = Replay()
    for _ in range(40):
        mem.push(torch.rand(4, 48, 48), random.randrange(6), random.random(), torch.rand(4, 48, 48), random.random() < 0.1)
    opt = torch.optim.Adam(online.parameters(), lr=1e-4)
    for _ in range(3):
        loss = td_loss(online, target, mem.sample(16))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("loss", round(loss.item(), 4))
