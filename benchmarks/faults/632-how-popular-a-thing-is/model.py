"""Ranking by pairs: what somebody took ranks above what he did not take."""
import torch
import torch.nn.functional as F
from torch import nn


class BPRItem(nn.Module):
    """Factors of users and items, and how popular each item is."""

    def __init__(self, user_size, item_size, dim, weight_decay):
        super().__init__()
        self.W = nn.Parameter(torch.empty(user_size, dim))
        self.H = nn.Parameter(torch.empty(item_size, dim))
        self.B = nn.Parameter(torch.rand(item_size))
        nn.init.xavier_normal_(self.W)
        nn.init.xavier_normal_(self.H)
        self.weight_decay = weight_decay

    def score(self, user, item):
        return (self.W[user] * self.H[item]).sum(dim=1) + self.B[item]

    def forward(self, u, i, j):
        """The loss of users ``u`` who took ``i`` and not ``j``, each (batch,)."""
        log_prob = F.logsigmoid(self.score(u, i) - self.score(u, j)).sum()
        factors = self.W[u].pow(2).sum() + self.H[i].pow(2).sum() + self.H[j].pow(2).sum()
        biases = self.B[i].pow(2) + self.B[j].pow(2)
        return -log_prob + self.weight_decay * (factors + biases)

    def recommend(self, user, k):
        return (self.W[user] @ self.H.t() + self.B).topk(k, dim=1)[1]
