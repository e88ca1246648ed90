import torch
from torch import nn


class DecoderLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim))

    def forward(self, hidden, attention_mask=None, past_key_value=None, layer_head_mask=None):
        b, n, d = hidden.shape
        q, k, v = self.qkv(self.norm1(hidden)).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if past_key_value is not None:
            k = torch.cat([past_key_value[0], k], dim=2)
            v = torch.cat([past_key_value[1], v], dim=2)
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = scores.softmax(dim=-1)
        if layer_head_mask is not None:
            weights = weights * layer_head_mask.view(1, -1, 1, 1)
        hidden = hidden + self.out((weights @ v).transpose(1, 2).reshape(b, n, d))
        return hidden + self.mlp(self.norm2(hidden))
