"""Learn a small game by what each move is worth."""
import argparse
import random
from collections import deque, namedtuple

import torch
from torch import nn
import torch.nn.functional as F

Transition = namedtuple("Transition", ("state", "action", "reward", "next_state"))


class ReplayMemory:
    def __init__(self, capacity=1000):
        self.memory = deque(maxlen=capacity)

    def put(self, state, action, reward, next_state):
        """``next_state`` is None after the last move of a game."""
        self.memory.append(Transition(state, torch.tensor([[action]]), torch.tensor([[reward]]), next_state))

    def sample(self, batch_size):
        return Transition(*zip(*random.sample(self.memory, batch_size)))

    def __len__(self):
        return len(self.memory)


class Corridor:
    """Walk to the right end; each step costs, the end pays."""

    def __init__(self, length=6, limit=20):
        self.length, self.limit = length, limit

    def reset(self):
        self.place, self.steps = 0, 0
        return self._state()

    def _state(self):
        return F.one_hot(torch.tensor([self.place]), self.length).float()

    def step(self, action):
        self.steps += 1
        self.place = max(0, self.place + (1 if action == 1 else -1))
        done = self.place == self.length - 1 or self.steps >= self.limit
        return self._state(), 1.0 if self.place == self.length - 1 else -0.1, done


class DQN(nn.Module):
    def __init__(self, n_state, n_action, width=16):
        super().__init__()
        self.affine1, self.affine2 = nn.Linear(n_state, width), nn.Linear(width, n_action)

    def forward(self, x):
        return self.affine2(torch.relu(self.affine1(x)))


class Agent:
    def __init__(self, args):
        self.env, self.args = Corridor(args.length), args
        self.dqn, self.target = DQN(args.length, 2), DQN(args.length, 2)
        self.update_target()
        self.optimizer = torch.optim.RMSprop(self.dqn.parameters(), lr=args.lr)
        self.replay = ReplayMemory()

    def update_target(self):
        self.target.load_state_dict(self.dqn.state_dict())

    def select_action(self, state, epsilon):
        if random.random() < epsilon:
            return random.randrange(2)
        with torch.no_grad():
            return self.dqn(state).argmax(1).item()

    def target_values(self, transitions, gamma):
        """What each move was worth, (batch, 1)."""
        reward_batch = torch.cat(transitions.reward)
        non_final_mask = torch.tensor([state is not None for state in transitions.next_state])
        final_mask = ~non_final_mask
        target_values = torch.zeros(len(transitions.reward), 1)
        next_states = [state for state in transitions.next_state if state is not None]
        if next_states:
            with torch.no_grad():
                target_pred = self.target(torch.cat(next_states))
            target_values[non_final_mask] = reward_batch[non_final_mask] + target_pred.max(1)[0] * gamma
        target_values[final_mask] = reward_batch[final_mask]
        return target_values

    def optimize(self, gamma=0.95):
        transitions = self.replay.sample(self.args.batch_size)
        q_pred = self.dqn(torch.cat(transitions.state)).gather(1, torch.cat(transitions.action))
        loss = F.smooth_l1_loss(q_pred, self.target_values(transitions, gamma))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self):
        for game in range(self.args.games):
            state, done, total, loss = self.env.reset(), False, 0.0, 0.0
            while not done:
                action = self.select_action(state, epsilon=0.5)
                next_state, reward, done = self.env.step(action)
                self.replay.put(state, action, reward, None if done else next_state)
                state, total = next_state, total + reward
                if len(self.replay) >= self.args.batch_size:
                    loss = self.optimize()
            if game % 3 == 0:
                self.update_target()
            print(f"game {game}: {total:.1f}, loss {loss:.4f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--length", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--games", type=int, default=9)
    parser.add_argument("--lr", type=float, default=5e-3)
    args = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    agent = Agent(args)
    agent.train()
