import torch
import torch.nn as nn


class PairClassifier(nn.Module):
    """forward(ids, mask, token_type): integer ids (batch, tokens); mask True at real tokens."""

    def __init__(self, vocab=300, dim=32, max_len=64, classes=2):
        super().__init__()
        self.max_len = max_len
        self.tok = nn.Embedding(vocab, dim, padding_idx=0)
        self.pos = nn.Parameter(torch.zeros(1, max_len, dim))
        self.seg = nn.Embedding(2, dim)
        layer = nn.TransformerEncoderLayer(dim, 4, 64, batch_first=True, norm_first=True)
        self.enc = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(2 * dim, classes)

    def forward(self, ids, mask, token_type=None):
        h = self.tok(ids) + self.pos[:, : ids.size(1)]
        if token_type is not None:
            h = h + self.seg(token_type)
        h = self.enc(h, src_key_padding_mask=~mask)
        m = mask.unsqueeze(-1)
        mean = (h * m).sum(1) / m.sum(1).clamp(min=1)
        top = h.masked_fill(~m, float("-inf")).max(1).values
        return self.head(torch.cat([mean, top], dim=-1))
