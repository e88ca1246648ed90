import torch
from torch import nn


class RelationEncoder(nn.Module):
    def __init__(self, vocab_size, n_relations, width=32):
        super().__init__()
        self.word = nn.Embedding(vocab_size, width, padding_idx=0)
        self.encoder = nn.GRU(width, width // 2, batch_first=True, bidirectional=True)
        self.classifier = nn.Sequential(nn.Tanh(), nn.Linear(3 * width, n_relations))

    @staticmethod
    def span_mean(h, mask):
        return (h * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)

    def forward(self, ids, e1, e2):
        h, _ = self.encoder(self.word(ids))
        return self.classifier(torch.cat([h[:, 0], self.span_mean(h, e1), self.span_mean(h, e2)], dim=-1))
