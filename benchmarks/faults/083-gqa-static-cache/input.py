import torch
import torch.nn as nn
import torch.nn.functional as F


class Config:
    dim = 64
    n_heads = 8
    n_kv_heads = 2
    n_layers = 2
    max_len = 32
    vocab = 100


class GroupedAttention(nn.Module):
    """Llama-2-70b style: several query heads share one key/value head."""

    def __init__(self, cfg):
        super().__init__()
        self.h, self.kvh = cfg.n_heads, cfg.n_kv_heads
        self.hd = cfg.dim // cfg.n_heads
        self.wq = nn.Linear(cfg.dim, self.h * self.hd, bias=False)
        self.wk = nn.Linear(cfg.dim, self.kvh * self.hd, bias=False)
        self.wv = nn.Linear(cfg.dim, self.kvh * self.hd, bias=False)
        self.wo = nn.Linear(cfg.dim, cfg.dim, bias=False)

    def forward(self, x, cache, start):
        b, t, _ = x.shape
        q = self.wq(x).view(b, t, self.h, self.hd).transpose(1, 2)
        k = self.wk(x).view(b, t, self.kvh, self.hd).transpose(1, 2)
        v = self.wv(x).view(b, t, self.kvh, self.hd).transpose(1, 2)
        end = start + t
        cache[0][:, :, start:end] = k
        cache[1][:, :, start:end] = v
        k, v = cache[0][:, :, :end], cache[1][:, :, :end]
        rep = self.h // k.size(1)
        k = k.repeat_interleave(rep, dim=1)
        v = v.repeat_interleave(rep, dim=1)
        mask = torch.ones(t, end, dtype=torch.bool).tril(start)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.wo(y.transpose(1, 2).reshape(b, t, -1))


class LM(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.emb = nn.Embedding(cfg.vocab, cfg.dim)
        self.layers = nn.ModuleList(GroupedAttention(cfg) for _ in range(cfg.n_layers))

    def new_cache(self, batch):
        c = self.cfg
        shape = (batch, c.n_heads, c.max_len, c.dim // c.n_heads)
        return [(torch.zeros(shape), torch.zeros(shape)) for _ in range(c.n_layers)]

    def forward(self, ids, cache, start=0):
        h = self.emb(ids)
        for layer, kv in zip(self.layers, cache):
            h = h + layer(h, kv, start)
        return h @ self.emb.weight.t()


if __name__ == "__main__":
    torch.manual_seed(0)
    lm = LM(Config()).eval()
    ids = torch.randint(0, 100, (3, 7))
    with torch.no_grad():
        cache = lm.new_cache(3)
        out = lm(ids, cache)
        step = lm(out[:, -1:].argmax(-1), cache, start=7)
    print(out.shape, step.shape)
