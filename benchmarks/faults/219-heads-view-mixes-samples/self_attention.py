import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    """
    Multi-head self attention of the encoder block.

    x    : [batch, length, dim]
    mask : [batch, length], 1 where the word is padding
    """

    def __init__(self, dim, n_heads=8):
        super(SelfAttention, self).__init__()
        assert dim % n_heads == 0
        self.n_heads = n_heads
        self.key_dim = dim // n_heads
        self.value_dim = dim // n_heads
        self.W_Q = nn.ModuleList([nn.Linear(dim, self.key_dim, bias=False) for _ in range(n_heads)])
        self.W_K = nn.ModuleList([nn.Linear(dim, self.key_dim, bias=False) for _ in range(n_heads)])
        self.W_V = nn.ModuleList([nn.Linear(dim, self.value_dim, bias=False) for _ in range(n_heads)])
        self.W_O = nn.Linear(dim, dim, bias=False)

    def forward(self, x, mask):
        batch_size, l, _ = x.shape
        pad = (mask == 1).unsqueeze(1)
        heads = torch.zeros(self.n_heads, batch_size, l, self.value_dim, device=x.device)
        for i in range(self.n_heads):
            q, k, v = self.W_Q[i](x), self.W_K[i](x), self.W_V[i](x)
            score = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(self.key_dim)
            score = score.masked_fill(pad, -1e9)
            heads[i] = torch.bmm(F.softmax(score, dim=-1), v)
        x = heads.view(batch_size, l, -1)
        return self.W_O(x)
