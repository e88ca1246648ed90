"""A hall with shelves, vehicles that drive in it, and a goal for one of them."""
import random

import torch

MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]


class Hall:
    def __init__(self, size=24, vehicles=3, seed=0):
        self.size, self.vehicles, self.random = size, vehicles, random.Random(seed)
        self.shelves = {(r, c) for r in range(2, size - 2, 3) for c in range(2, size - 2) if c % 6}

    def free(self):
        while True:
            place = (self.random.randrange(self.size), self.random.randrange(self.size))
            if place not in self.shelves:
                return place

    def reset(self):
        self.where, self.goal = self.free(), self.free()
        self.others = [self.free() for _ in range(self.vehicles)]
        return self.state()

    def state(self):
        """Shelves and vehicles, the goal, and oneself (3, size, size)."""
        maps = torch.zeros(3, self.size, self.size)
        for r, c in [*self.shelves, *self.others]:
            maps[0, r, c] = 1.0
        maps[1][self.goal] = maps[2][self.where] = 1.0
        return maps

    def step(self, action):
        r, c = self.where[0] + MOVES[action][0], self.where[1] + MOVES[action][1]
        blocked = not (0 <= r < self.size and 0 <= c < self.size) or (r, c) in self.shelves or (r, c) in self.others
        if not blocked:
            self.where = (r, c)
        done = self.where == self.goal
        return self.state(), 1.0 if done else (-0.5 if blocked else -0.05), done
