# A plain (slow) selective state space layer, one decay per head, to compare kernels against.
import torch
import torch.nn.functional as F
from torch import nn


class SelectiveStateMixer(nn.Module):
    def __init__(self, dim=24, inner=64, heads=4, state=16):
        super().__init__()
        assert inner % heads == 0
        self.inner, self.heads, self.state = inner, heads, state
        self.head_dim = inner // heads
        self.in_proj = nn.Linear(dim, inner + 2 * state + heads)
        self.log_rate = nn.Parameter(torch.log(torch.arange(1, heads + 1).float()))
        self.dt_bias = nn.Parameter(torch.full((heads,), -1.0))
        self.skip = nn.Parameter(torch.ones(heads))
        self.out_proj = nn.Linear(inner, dim)

    def forward(self, x):
        batch, length, _ = x.shape
        u, b, c, dt = torch.split(self.in_proj(x), [self.inner, self.state, self.state, self.heads], dim=-1)
        u = F.silu(u).view(batch, length, self.heads, self.head_dim)
        dt = F.softplus(dt + self.dt_bias)                      # (batch, length, heads)
        rate = -torch.exp(self.log_rate)                        # (heads,)

        h = x.new_zeros(batch, self.heads, self.head_dim, self.state)
        steps = []
        for t in range(length):
            dt_t = dt[:, t]
            keep = torch.exp(dt_t.unsqueeze(-1).unsqueeze(-1) * rate.unsqueeze(-1).unsqueeze(0))
            write = torch.einsum("bh,bn,bhp->bhpn", dt_t, b[:, t], u[:, t])
            h = h * keep + write
            y = torch.einsum("bhpn,bn->bhp", h, c[:, t])
            steps.append(y + self.skip[:, None] * u[:, t])
        y = torch.stack(steps, dim=1).flatten(2)
        return x + self.out_proj(y)
