"""A mixture in which the experts choose their tokens, not the tokens their experts."""
import torch
from torch import nn


class ExpertChoice(nn.Module):
    """Every expert takes the same number of tokens of the whole batch, those that suit it best."""

    def __init__(self, width, hidden, experts, capacity=1.5):
        super().__init__()
        self.capacity = capacity
        self.router = nn.Linear(width, experts, bias=False)
        self.w1 = nn.Parameter(torch.randn(experts, width, hidden) * width**-0.5)
        self.w2 = nn.Parameter(torch.randn(experts, hidden, width) * hidden**-0.5)

    def forward(self, x):
        tokens = x.flatten(0, 1)
        count, experts = len(tokens), self.router.out_features
        take = min(count, int(self.capacity * count / experts))
        affinity = self.router(tokens).softmax(dim=-1)
        weight, index = affinity.topk(take, dim=0)
        weight, index = weight.t(), index.t()
        chosen = tokens[index]
        h = torch.bmm(torch.bmm(chosen, self.w1).relu().square(), self.w2)
        out = torch.zeros_like(tokens)
        out.index_add_(0, index.flatten(), (weight.unsqueeze(-1) * h).flatten(0, 1))
        return out.view_as(x)


class Block(nn.Module):
    def __init__(self, width, heads, experts):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.experts = ExpertChoice(width, 2 * width, experts)

    def forward(self, x):
        n = x.size(1)
        mask = torch.ones(n, n, dtype=torch.bool, device=x.device).triu(1)
        h = self.norm1(x)
        x = x + self.attention(h, h, h, attn_mask=mask, need_weights=False)[0]
        return x + self.experts(self.norm2(x))


class ExpertChoiceLM(nn.Module):
    def __init__(self, vocab=40, width=32, heads=4, experts=4, layers=2, length=64):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads, experts) for _ in range(layers))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, vocab))

    def forward(self, ids):
        x = self.tokens(ids) + self.places(torch.arange(ids.size(1), device=ids.device))
        for block in self.blocks:
            x = block(x)
        return self.head(x)
