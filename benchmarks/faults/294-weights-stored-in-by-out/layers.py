import torch
from torch import nn


class Conv1D(nn.Module):
    """A linear layer whose weight is (in, out), as in the first GPT."""

    def __init__(self, nx, nf):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(nx, nf) * 0.02)
        self.bias = nn.Parameter(torch.zeros(nf))

    def forward(self, x):
        size_out = x.size()[:-1] + (self.weight.size(1),)
        x = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return x.view(size_out)


class Adapter(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        nx, nf = base.weight.shape
        self.base = base
        self.A = nn.Parameter(torch.randn(rank, nx) * 0.1)
        self.B = nn.Parameter(torch.randn(nf, rank) * 0.1)

    def forward(self, x):
        return self.base(x) + x @ self.A.t() @ self.B.t()

    @torch.no_grad()
    def fold(self):
        self.base.weight += (self.B @ self.A).T
        return self.base
