"""A model of pages of symbols, and what trains it."""
import torch
from torch import nn
import torch.nn.functional as F


class NonLinearTransformer(nn.Module):
    """Pages (batch, height, width) to logits (batch, height, width, symbols)."""

    def __init__(self, num_tokens, dim, max_side, depth=2):
        super().__init__()
        self.token_emb = nn.Embedding(num_tokens, dim)
        self.row_emb = nn.Parameter(torch.randn(max_side, 1, dim) * 0.1)
        self.column_emb = nn.Parameter(torch.randn(1, max_side, dim) * 0.1)
        self.convs = nn.ModuleList(nn.Conv2d(dim, dim, 2) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)
        self.to_logits = nn.Linear(dim, num_tokens)

    def forward(self, x):
        _, h, w = x.shape
        x = self.token_emb(x) + self.row_emb[:h] + self.column_emb[:, :w]
        x = x.permute(0, 3, 1, 2)
        for conv in self.convs:
            x = x + F.gelu(conv(F.pad(x, (1, 0, 1, 0))))
        return self.to_logits(self.norm(x.permute(0, 2, 3, 1)))


class AutoregressiveWrapper(nn.Module):
    """A symbol is told from those above and left of it: the page moves by one in both directions."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        x_input, x_labels = x[:, :-1, :-1], x[:, 1:, 1:]
        logits = self.net(x_input)
        return F.cross_entropy(logits.permute(0, 2, 3, 1), x_labels)
