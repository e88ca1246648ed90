"""Where the network is asked: inside, at the beginning, and at both walls."""
import math
import random

import torch


class DataLoader:
    def __init__(self, n_collocation=64, n_initial=24, n_boundary=16, seed=1):
        self.n_collocation, self.n_initial, self.n_boundary = n_collocation, n_initial, n_boundary
        self.random = random.Random(seed)

    @staticmethod
    def array2tensor(array):
        return torch.tensor(array, dtype=torch.float32)

    def sample_collocation(self):
        """Places and times (n, 2) where the equation has to hold."""
        points = [[self.random.uniform(-1, 1), self.random.uniform(0, 1)] for _ in range(self.n_collocation)]
        return self.array2tensor(points)

    def sample_IC(self):
        """Places at time zero (n, 2), and how warm it is there (n, 1)."""
        places = [self.random.uniform(-1, 1) for _ in range(self.n_initial)]
        X_IC = [[x, 0.0] for x in places]
        u_IC = [[(1 + x) / 2 + math.sin(math.pi * x)] for x in places]
        return self.array2tensor(X_IC), self.array2tensor(u_IC)

    def sample_BC(self):
        """Times at both walls (n, 2), and how warm the walls are kept."""
        X_top = [[1.0, self.random.uniform(0, 1)] for _ in range(self.n_boundary)]
        X_bottom = [[-1.0, self.random.uniform(0, 1)] for _ in range(self.n_boundary)]
        X_BC = self.array2tensor(X_top + X_bottom)
        u_BC = self.array2tensor([[1.0] * len(X_top) + [0.0] * len(X_bottom)])
        return X_BC, u_BC
