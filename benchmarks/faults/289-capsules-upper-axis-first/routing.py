import torch
import torch.nn as nn


class AgreementRouting(nn.Module):
    def __init__(self, lower=36, lower_dim=8, upper=7, upper_dim=12, rounds=3):
        super(AgreementRouting, self).__init__()
        self.rounds = rounds
        self.W = nn.Parameter(0.05 * torch.randn(upper, lower, lower_dim, upper_dim))
        self.prior = nn.Parameter(torch.zeros(upper, lower))

    @staticmethod
    def squash(v):
        n = v.norm(dim=-1, keepdim=True)
        return v * n / (1 + n * n)

    def forward(self, x):
        # x[:, None, :, None, :]: batch, 1, lower, 1, lower_dim
        votes = (x[:, None, :, None, :] @ self.W).squeeze(3)        # batch, upper, lower, upper_dim
        logits = self.prior.expand(x.size(0), -1, -1)
        for r in range(self.rounds):
            coupling = logits.softmax(dim=1).unsqueeze(-1)
            out = self.squash((coupling * votes).sum(dim=2))
            if r + 1 < self.rounds:
                logits = logits + (votes @ out.unsqueeze(-1)).squeeze(-1)
        return out
