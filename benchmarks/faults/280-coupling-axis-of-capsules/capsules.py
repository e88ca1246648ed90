"""The upper layer of a capsule network, with routing by agreement."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def squash(s, dim=-1):
    norm2 = (s ** 2).sum(dim=dim, keepdim=True)
    return norm2 / (1 + norm2) * s / torch.sqrt(norm2 + 1e-9)


class CapsuleHead(nn.Module):
    """(batch, lower, dim_lower) -> (batch, upper, dim_upper)"""

    def __init__(self, lower=36, dim_lower=8, upper=10, dim_upper=16, iterations=3):
        super(CapsuleHead, self).__init__()
        self.iterations = iterations
        self.weight = nn.Parameter(0.1 * torch.randn(lower, upper, dim_upper, dim_lower))

    def votes(self, u):
        # batch, lower, upper, dim_upper
        return torch.einsum("ijdk,bik->bijd", self.weight, u)

    def forward(self, u):
        u_hat = self.votes(u)
        b_ij = u_hat.new_zeros(u_hat.shape[:3])           # batch, lower, upper
        for it in range(self.iterations):
            c_ij = F.softmax(b_ij, dim=1)
            s_j = (c_ij.unsqueeze(-1) * u_hat).sum(dim=1)
            v_j = squash(s_j)
            if it < self.iterations - 1:
                b_ij = b_ij + (u_hat * v_j.unsqueeze(1)).sum(dim=-1)
        return v_j

    def lengths(self, u):
        return self.forward(u).norm(dim=-1)
