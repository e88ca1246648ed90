"""An agent that remembers what happened, and learns from it."""
import random

import torch
from torch import nn

from dqn.net import Net


class DQN:
    def __init__(self, channels, n_actions, memory_capacity=64, batch_size=16, gamma=0.9, lr=1e-2, replace=5):
        self.eval_net, self.target_net = Net(channels, n_actions), Net(channels, n_actions)
        self.target_net.load_state_dict(self.eval_net.state_dict())
        self.optimizer = torch.optim.Adam(self.eval_net.parameters(), lr=lr)
        self.loss_func = nn.MSELoss()
        self.memory, self.memory_capacity, self.batch_size = [], memory_capacity, batch_size
        self.gamma, self.replace, self.n_actions, self.learned = gamma, replace, n_actions, 0

    def choose_action(self, state, epsilon):
        if random.random() < epsilon:
            return random.randrange(self.n_actions)
        with torch.no_grad():
            return int(self.eval_net(state.unsqueeze(0)).argmax(1))

    def store_transition(self, *transition):
        self.memory.append(transition)
        self.memory = self.memory[-self.memory_capacity :]

    def learn(self):
        if self.learned % self.replace == 0:
            self.target_net.load_state_dict(self.eval_net.state_dict())
        self.learned += 1
        batch = random.sample(self.memory, self.batch_size)
        states, actions, rewards, nexts, dones = zip(*batch)
        states, nexts = torch.stack(states), torch.stack(nexts)
        actions, rewards = torch.tensor(actions)[:, None], torch.tensor(rewards)[:, None]
        q_eval = self.eval_net(states).gather(1, actions)
        q_next = self.target_net(nexts).detach().max(1, keepdim=True)[0]
        q_target = rewards + self.gamma * q_next * (1 - torch.tensor(dones)[:, None].float())
        loss = self.loss_func(q_eval, q_target)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()
