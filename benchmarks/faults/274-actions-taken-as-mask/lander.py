import numpy as np
import torch as T
import torch.nn as nn
import torch.optim as optim


class DeepQNetwork(nn.Module):
    def __init__(self, lr, input_dims, n_actions):
        super(DeepQNetwork, self).__init__()
        self.fc1 = nn.Linear(input_dims, 32)
        self.fc2 = nn.Linear(32, n_actions)
        self.optimizer = optim.Adam(self.parameters(), lr=lr)
        self.loss = nn.MSELoss()

    def forward(self, observation):
        return self.fc2(T.relu(self.fc1(observation)))


class Agent(object):
    def __init__(self, gamma=0.99, n_actions=4, input_dims=8, batch_size=64, mem_size=500):
        self.gamma = gamma
        self.n_actions = n_actions
        self.batch_size = batch_size
        self.mem_size = mem_size
        self.mem_cntr = 0
        self.Q_eval = DeepQNetwork(0.003, input_dims, n_actions)
        self.state_memory = np.zeros((mem_size, input_dims), dtype=np.float32)
        self.new_state_memory = np.zeros((mem_size, input_dims), dtype=np.float32)
        self.action_memory = np.zeros((mem_size, n_actions), dtype=np.uint8)
        self.reward_memory = np.zeros(mem_size, dtype=np.float32)
        self.terminal_memory = np.zeros(mem_size, dtype=np.float32)

    def store(self, state, action, reward, state_, done):
        i = self.mem_cntr % self.mem_size
        self.state_memory[i] = state
        self.new_state_memory[i] = state_
        self.action_memory[i] = 0
        self.action_memory[i, action] = 1
        self.reward_memory[i] = reward
        self.terminal_memory[i] = 1 - done
        self.mem_cntr += 1

    def targets(self, batch):
        reward = T.tensor(self.reward_memory[batch])
        alive = T.tensor(self.terminal_memory[batch])
        action_values = np.arange(self.n_actions, dtype=np.uint8)
        action_indices = T.tensor(np.dot(self.action_memory[batch], action_values))
        q_eval = self.Q_eval(T.tensor(self.state_memory[batch]))
        q_next = self.Q_eval(T.tensor(self.new_state_memory[batch])).detach()
        q_target = q_eval.detach().clone()
        rows = T.arange(len(batch))
        q_target[rows, action_indices] = reward + self.gamma * T.max(q_next, dim=1)[0] * alive
        return q_eval, q_target

    def learn(self):
        batch = np.random.choice(min(self.mem_cntr, self.mem_size), self.batch_size)
        q_eval, q_target = self.targets(batch)
        loss = self.Q_eval.loss(q_eval, q_target)
        self.Q_eval.optimizer.zero_grad()
        loss.backward()
        self.Q_eval.optimizer.step()
        return loss.item()


if __name__ == '__main__':
    T.manual_seed(0)
    np.random.seed(0)
    agent = Agent()
    for step in range(200):
        agent.store(np.random.randn(8), np.random.randint(4), np.random.randn(), np.random.randn(8), step % 40 == 39)
    for epoch in range(3):
        print(epoch, agent.learn())
