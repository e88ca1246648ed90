import torch
import torch.nn as nn
import torch.nn.functional as F


class TiedLM(nn.Module):
    """ALBERT-like: narrow embedding (24) projected to the model width (48), and the same table read back."""

    def __init__(self, vocab=120, narrow=24, dim=48):
        super().__init__()
        self.emb = nn.Embedding(vocab, narrow)
        self.up = nn.Linear(narrow, dim, bias=False)
        self.layer = nn.TransformerEncoderLayer(dim, 4, 96, batch_first=True)
        self.bias = nn.Parameter(torch.zeros(vocab))
        self.depth = 3

    def forward(self, ids):
        n = ids.size(1)
        mask = torch.triu(torch.full((n, n), float("-inf")), 1)
        h = self.up(self.emb(ids))
        for _ in range(self.depth):                    # one layer applied three times
            h = self.layer(h, src_mask=mask, is_causal=True)
        h = F.linear(h, self.up.weight.t())            # 48 -> 24 with the transposed projection
        return F.linear(h, self.emb.weight, self.bias)


if __name__ == "__main__":
    torch.manual_seed(0)
    ids = torch.randint(0, 120, (2, 13))
    lm = TiedLM()
    logits = lm(ids)
    loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:])
    loss.backward()
    print(logits.shape, round(loss.item(), 3))
