"""A recurrent layer with exponential gates, kept stable by a running maximum."""
import torch
from torch import nn


class SLSTM(nn.Module):
    """Takes (batch, time, inside), gives (batch, time, heads * dim). Gates of a head see the state of that head only."""

    def __init__(self, inside=6, heads=2, dim=4):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.input = nn.Linear(inside, 4 * heads * dim)
        self.recurrent = nn.Parameter(torch.randn(4, heads, dim, dim) * dim ** -0.5)
        self.norm = nn.GroupNorm(heads, heads * dim)

    def init_hidden(self):
        width = self.heads * self.dim
        return torch.zeros(width), torch.ones(width), torch.zeros(width), torch.zeros(width)

    def step(self, x, hidden):
        c, n, h, m = hidden
        past = h.unflatten(-1, (self.heads, self.dim))
        rise = torch.einsum("...hd,ghde->...ghe", past, self.recurrent).flatten(-2)
        gates = self.input(x).unflatten(-1, (4, -1)) + rise
        z, i, f, o = gates.unbind(-2)
        new_m = torch.maximum(f + m, i)
        i, f = torch.exp(i - new_m), torch.exp(f + m - new_m)
        c = f * c + i * torch.tanh(z)
        n = f * n + i
        h = torch.sigmoid(o) * c / n
        return c, n, h, new_m

    def forward(self, x):
        hidden = self.init_hidden()
        outs = []
        for t in range(x.shape[1]):
            hidden = self.step(x[:, t], hidden)
            outs.append(self.norm(hidden[2]))
        return torch.stack(outs, dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    print(SLSTM()(torch.randn(3, 5, 6)).shape)
