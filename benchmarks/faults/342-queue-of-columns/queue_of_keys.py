import torch
from torch import nn
import torch.nn.functional as F


class KeyQueue(nn.Module):
    """The newest keys as columns: dim rows, one column per picture."""

    def __init__(self, dim=16, size=40):
        super().__init__()
        self.size = size
        self.register_buffer("columns", F.normalize(torch.randn(dim, size), dim=0))
        self.register_buffer("pointer", torch.zeros(1, dtype=torch.long))

    @torch.no_grad()
    def push(self, keys):
        n = keys.shape[0]
        start = int(self.pointer)
        places = torch.arange(start, start + n) % self.size
        self.columns[:, places] = keys.T
        self.pointer[0] = (start + n) % self.size

    def forward(self, queries):
        return queries @ self.columns.clone().detach()
