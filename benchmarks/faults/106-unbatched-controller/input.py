"""Linear-quadratic style controller for ONE state vector of 4 numbers; used under torch.func.vmap elsewhere."""
import torch
import torch.nn as nn


class Controller(nn.Module):
    def __init__(self, n=4, m=2):
        super().__init__()
        self.A = nn.Parameter(torch.eye(n) * 0.9)
        self.B = nn.Parameter(torch.randn(n, m) * 0.1)
        self.K = nn.Parameter(torch.randn(m, n) * 0.1)
        self.P = nn.Parameter(torch.randn(n, n) * 0.1)
        self.residual = nn.Sequential(nn.Linear(n, 8), nn.Tanh(), nn.Linear(8, m))

    def forward(self, x):
        u = -self.K @ x + self.residual(x)
        nxt = self.A @ x + self.B @ u
        cost = x @ (self.P @ self.P.t()) @ x + u.dot(u)
        jac = torch.outer(nxt, x)
        return u, nxt, cost, jac
