# minimal double DQN on a hand-written cart pole
import math, random
from collections import deque, namedtuple
import torch, torch.nn as nn, torch.nn.functional as F

Transition = namedtuple("Transition", "s a r s2 done")
GAMMA, BATCH, LR, TAU = 0.98, 64, 2e-3, 0.05


class Pole:
    def reset(self):
        self.s = [random.uniform(-.05, .05) for _ in range(4)]
        return list(self.s)

    def step(self, a):
        x, xd, th, thd = self.s
        f = 10. if a == 1 else -10.
        tmp = (f + .05 * thd ** 2 * math.sin(th)) / 1.1
        thacc = (9.8 * math.sin(th) - math.cos(th) * tmp) / (.5 * (4 / 3 - .1 * math.cos(th) ** 2 / 1.1))
        xacc = tmp - .05 * thacc * math.cos(th) / 1.1
        self.s = [x + .02 * xd, xd + .02 * xacc, th + .02 * thd, thd + .02 * thacc]
        fell = abs(self.s[0]) > 2.4 or abs(self.s[2]) > .21
        return list(self.s), 1.0, fell


class Replay:
    def __init__(self, size=5000):
        self.mem = deque(maxlen=size)

    def push(self, *args):
        self.mem.append(Transition(*args))

    def sample(self, n):
        b = Transition(*zip(*random.sample(self.mem, n)))
        return Transition(torch.tensor(b.s), torch.tensor(b.a), torch.tensor(b.r), torch.tensor(b.s2), torch.tensor(b.done).float())


def make_net():
    return nn.Sequential(nn.Linear(4, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))


def td_loss(net, target, b):
    q = net(b.s).gather(1, b.a)
    with torch.no_grad():
        best = net(b.s2).argmax(1, keepdim=True)
        y = b.r + GAMMA * (1 - b.done) * target(b.s2).gather(1, best).squeeze(1)
    return F.smooth_l1_loss(q, y)


def main(episodes=12):
    env, memory = Pole(), Replay()
    net, target = make_net(), make_net()
    target.load_state_dict(net.state_dict())
    opt = torch.optim.Adam(net.parameters(), lr=LR)
    eps, lengths = 1.0, []
    for ep in range(episodes):
        s, done, n = env.reset(), False, 0
        while not done and n < 200:
            with torch.no_grad():
                a = random.randrange(2) if random.random() < eps else net(torch.tensor([s])).argmax().item()
            s2, r, done = env.step(a)
            memory.push(s, a, r, s2, done)
            s, n = s2, n + 1
            if len(memory.mem) >= BATCH:
                loss = td_loss(net, target, memory.sample(BATCH))
                opt.zero_grad(); loss.backward(); opt.step()
                for p, t in zip(net.parameters(), target.parameters()):
                    t.data.lerp_(p.data, TAU)
        eps = max(.05, eps * .9)
        lengths.append(n)
    print("steps upright:", lengths)
    return net


if __name__ == "__main__":
    random.seed(0); torch.manual_seed(0)
    net = main()
