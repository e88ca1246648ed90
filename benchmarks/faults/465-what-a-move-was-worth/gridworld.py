"""Learn to walk to a goal on a small grid, a move at a time."""
import random

import numpy as np
import torch

SIZE, ACTIONS = 4, ((-1, 0), (1, 0), (0, -1), (0, 1))
GAMMA = 0.9


class Gridworld:
    def __init__(self):
        self.player, self.goal, self.pit = (0, 3), (0, 0), (0, 1)

    def render(self):
        board = np.zeros((3, SIZE, SIZE), dtype=np.float32)
        for plane, (row, column) in zip(board, (self.player, self.goal, self.pit)):
            plane[row, column] = 1
        return board

    def step(self, action):
        row, column = (min(max(p + d, 0), SIZE - 1) for p, d in zip(self.player, ACTIONS[action]))
        self.player = (row, column)

    def reward(self):
        return {self.goal: 10, self.pit: -10}.get(self.player, -1)


def observe(game):
    noise = np.random.rand(1, 3 * SIZE * SIZE) / 10.0
    return torch.from_numpy(game.render().reshape(1, 3 * SIZE * SIZE) + noise).float()


def build():
    return torch.nn.Sequential(
        torch.nn.Linear(3 * SIZE * SIZE, 40), torch.nn.ReLU(), torch.nn.Linear(40, 20), torch.nn.ReLU(), torch.nn.Linear(20, 4))


def target_of(model, state, reward):
    """What the move was worth: the reward, and what the best move from here is worth unless the game is over."""
    with torch.no_grad():
        best = model(state).max()
    return reward + GAMMA * best.item() if reward == -1 else reward


def play(model, optimizer, loss_fn, epsilon, limit=12):
    game, losses = Gridworld(), []
    state = observe(game)
    for _ in range(limit):
        qval = model(state)
        action_ = random.randrange(4) if random.random() < epsilon else int(qval.argmax())
        game.step(action_)
        state = observe(game)
        reward = game.reward()
        Y = torch.Tensor([target_of(model, state, reward)]).detach()
        X = qval.squeeze()[action_]
        loss = loss_fn(X, Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if reward != -1:
            break
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    model, loss_fn = build(), torch.nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(5):
        losses = play(model, optimizer, loss_fn, epsilon=1.0 - epoch / 5)
        print(f"{len(losses)} moves, {sum(losses) / len(losses):.3f}")
