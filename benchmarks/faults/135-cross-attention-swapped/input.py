import torch
import torch.nn as nn


class GuidedAttention(nn.Module):
    """query attends to context; the result has one row per query."""

    def __init__(self, query_dim, context_dim, hidden):
        super().__init__()
        self.q = nn.Linear(query_dim, hidden)
        self.k = nn.Linear(context_dim, hidden)
        self.v = nn.Linear(context_dim, hidden)
        self.scale = hidden ** -0.5

    def forward(self, query, context):
        q, k, v = self.q(query), self.k(context), self.v(context)
        weights = torch.softmax(q @ k.transpose(1, 2) * self.scale, dim=-1)
        return weights @ v


class RegionVQA(nn.Module):
    """Question words (300-d) look at detected regions (512-d)."""

    def __init__(self, vocab=400, word_dim=300, region_dim=512, hidden=128, answers=50):
        super().__init__()
        self.words = nn.Embedding(vocab, word_dim)
        self.attend = GuidedAttention(word_dim, region_dim, hidden)
        self.classifier = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, answers))

    def forward(self, question, regions):
        words = self.words(question)
        fused = self.attend(regions, words)
        return self.classifier(fused.mean(dim=1))
