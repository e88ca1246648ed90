import torch
import torch.nn as nn
import torch.nn.functional as F


class SentenceEncoder(nn.Module):
    """tokens (batch, len), mask (batch, len): True where a real token stands."""

    def __init__(self, vocab=800, dim=48, out=24):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.conv = nn.Conv1d(dim, dim, 3, padding=1)
        self.proj = nn.Linear(dim, out)

    def pool(self, h, mask):
        mask = mask.float()
        summed = (h * mask.unsqueeze(-1)).sum(dim=1)
        lengths = mask.sum(dim=1).clamp(min=1.0)
        return summed / lengths

    def forward(self, tokens, mask):
        h = self.emb(tokens)
        h = h + torch.relu(self.conv(h.transpose(1, 2))).transpose(1, 2)
        return F.normalize(self.proj(self.pool(h, mask)), dim=-1)
