"""An actor and a critic that learn from every few steps."""
import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical

learning_rate = 0.0002
gamma = 0.98
n_rollout = 8


class CartPole:
    """A pole on a cart: place, speed, angle and its speed; pushed to the left or the right."""

    def __init__(self, seed=0):
        self.random = random.Random(seed)

    def reset(self):
        self.s = [self.random.uniform(-0.05, 0.05) for _ in range(4)]
        return list(self.s)

    def step(self, a):
        x, v, th, w = self.s
        force = 10.0 if a == 1 else -10.0
        temp = (force + 0.05 * w * w * math.sin(th)) / 1.1
        acc = (9.8 * math.sin(th) - math.cos(th) * temp) / (0.5 * (4.0 / 3.0 - 0.1 * math.cos(th) ** 2 / 1.1))
        dv = temp - 0.05 * acc * math.cos(th) / 1.1
        self.s = [x + 0.02 * v, v + 0.02 * dv, th + 0.02 * w, w + 0.02 * acc]
        return list(self.s), 1.0, abs(self.s[0]) > 2.4 or abs(self.s[2]) > 0.21


class ActorCritic(nn.Module):
    def __init__(self):
        super(ActorCritic, self).__init__()
        self.data = []
        self.fc1 = nn.Linear(4, 32)
        self.fc_pi = nn.Linear(32, 2)
        self.fc_v = nn.Linear(32, 1)
        self.optimizer = optim.Adam(self.parameters(), lr=learning_rate)

    def pi(self, x, softmax_dim=0):
        return F.softmax(self.fc_pi(F.relu(self.fc1(x))), dim=softmax_dim)

    def v(self, x):
        return self.fc_v(F.relu(self.fc1(x)))

    def put_data(self, transition):
        self.data.append(transition)

    def make_batch(self):
        s_lst, a_lst, r_lst, s_prime_lst, done_lst = [], [], [], [], []
        for transition in self.data:
            s, a, r, s_prime, done = transition
            s_lst.append(s)
            a_lst.append([a])
            r_lst.append([r / 100.0])
            s_prime_lst.append(s_prime)
            done_lst.append([0.0 if done else 1.0])
        s_batch, a_batch, r_batch, s_prime_batch, done_batch = torch.tensor(s_lst, dtype=torch.float), \
            torch.tensor(a_lst), torch.tensor(r_lst, dtype=torch.float), \
            torch.tensor(s_prime, dtype=torch.float), torch.tensor(done_lst, dtype=torch.float)
        self.data = []
        return s_batch, a_batch, r_batch, s_prime_batch, done_batch

    def train_net(self):
        s, a, r, s_prime, done = self.make_batch()
        td_target = r + gamma * self.v(s_prime) * done
        delta = td_target - self.v(s)
        pi_a = self.pi(s, softmax_dim=1).gather(1, a)
        loss = -torch.log(pi_a) * delta.detach() + F.smooth_l1_loss(self.v(s), td_target.detach())
        self.optimizer.zero_grad()
        loss.mean().backward()
        self.optimizer.step()
        return loss.mean().item()


def main(episodes=5):
    env, model = CartPole(), ActorCritic()
    for n_epi in range(episodes):
        done, s, score = False, env.reset(), 0.0
        while not done and score < 60:
            for _ in range(n_rollout):
                prob = model.pi(torch.tensor(s))
                a = Categorical(prob).sample().item()
                s_prime, r, done = env.step(a)
                model.put_data((s, a, r, s_prime, done))
                s, score = s_prime, score + r
                if done:
                    break
            model.train_net()
        print(n_epi, score)


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
