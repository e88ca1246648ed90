import torch
from torch import nn

from masks import length_to_mask


class Layer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.feed = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim))

    def forward(self, x, padding):
        y, _ = self.attention(x, x, x, key_padding_mask=padding, need_weights=False)
        x = self.norm1(x + y)
        return self.norm2(x + self.feed(x))


class SpeechEncoder(nn.Module):
    def __init__(self, mels, dim, heads, depth, units):
        super().__init__()
        self.embed = nn.Linear(mels, dim)
        self.layers = nn.ModuleList(Layer(dim, heads) for _ in range(depth))
        self.units = nn.Linear(dim, units)

    def forward(self, feats, rel_len):
        abs_len = torch.round(rel_len * feats.size(1)).long()
        padding = ~length_to_mask(abs_len)
        x = self.embed(feats)
        for layer in self.layers:
            x = layer(x, padding)
        return self.units(x).log_softmax(dim=-1)
