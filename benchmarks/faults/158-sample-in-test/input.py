import torch
import torch.nn as nn


class NeuMF(nn.Module):
    def __init__(self, users, items, mf=8, mlp=16):
        super().__init__()
        self.mf_user, self.mf_item = nn.Embedding(users, mf), nn.Embedding(items, mf)
        self.mlp_user, self.mlp_item = nn.Embedding(users, mlp), nn.Embedding(items, mlp)
        self.mlp = nn.Sequential(nn.Linear(2 * mlp, mlp), nn.ReLU())
        self.out = nn.Linear(mf + mlp, 1)

    def forward(self, user, item):
        gmf = self.mf_user(user) * self.mf_item(item)
        deep = self.mlp(torch.cat([self.mlp_user(user), self.mlp_item(item)], dim=-1))
        return self.out(torch.cat([gmf, deep], dim=-1)).squeeze(-1)
