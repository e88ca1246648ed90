"""How strongly factors bind to a piece of DNA, from its letters 0 to 3; also from the other strand."""
import torch
import torch.nn.functional as F
from torch import nn


class AttentionPool(nn.Module):
    """A weighted mean over places: (batch, length, width) becomes (batch, width)."""

    def __init__(self, width):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1, bias=False))

    def forward(self, h):
        weights = self.score(h).squeeze(-1).softmax(dim=-1)
        return torch.bmm(weights, h)


class BindingNet(nn.Module):
    def __init__(self, motifs=24, width=16, factors=5):
        super().__init__()
        self.motifs = nn.Conv1d(4, motifs, 9, padding=4)
        self.mix = nn.Sequential(nn.Conv1d(motifs, width, 5, padding=2), nn.BatchNorm1d(width), nn.GELU())
        self.pool = AttentionPool(width)
        self.head = nn.Linear(width, factors)

    def strand(self, letters):
        x = F.one_hot(letters, 4).float().transpose(1, 2)
        h = self.mix(torch.exp(self.motifs(x).clamp(max=4)))
        return self.head(self.pool(h.transpose(1, 2)))

    def forward(self, letters):
        other = 3 - letters.flip(dims=(1,))
        return 0.5 * (self.strand(letters) + self.strand(other))
