import math
import torch
import torch.nn as nn


class MultiHeadAttention(nn.Module):
    """Used three times: encoder self, decoder self (causal), decoder cross."""

    def __init__(self, dim, heads):
        super().__init__()
        self.h, self.d = heads, dim // heads
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        b, t, _ = query.shape
        q = self.q(query).view(b, t, self.h, self.d).transpose(1, 2)
        k = self.k(key).view(b, t, self.h, self.d).transpose(1, 2)
        v = self.v(value).view(b, t, self.h, self.d).transpose(1, 2)
        score = q @ k.transpose(-2, -1) / math.sqrt(self.d)
        if mask is not None:
            score = score.masked_fill(~mask, -1e9)
        y = score.softmax(-1) @ v
        return self.o(y.transpose(1, 2).contiguous().view(b, t, self.h * self.d))


class Translator(nn.Module):
    def __init__(self, src_vocab=60, trg_vocab=50, dim=32, heads=4):
        super().__init__()
        self.src, self.trg = nn.Embedding(src_vocab, dim, padding_idx=0), nn.Embedding(trg_vocab, dim, padding_idx=0)
        self.enc_self = MultiHeadAttention(dim, heads)
        self.dec_self = MultiHeadAttention(dim, heads)
        self.dec_cross = MultiHeadAttention(dim, heads)
        self.out = nn.Linear(dim, trg_vocab)

    def forward(self, src, trg):
        src_mask = (src != 0)[:, None, None, :]
        n = trg.size(1)
        causal = torch.ones(n, n, dtype=torch.bool).tril()
        trg_mask = (trg != 0)[:, None, None, :] & causal
        x = self.src(src)
        memory = x + self.enc_self(x, x, x, src_mask)
        y = self.trg(trg)
        y = y + self.dec_self(y, y, y, trg_mask)
        y = y + self.dec_cross(y, memory, memory, src_mask)
        return self.out(y)


if __name__ == "__main__":
    torch.manual_seed(0)
    src = torch.randint(1, 60, (3, 10))
    src[1, 7:] = 0
    trg = torch.randint(1, 50, (3, 5))
    print(Translator()(src, trg).shape)
