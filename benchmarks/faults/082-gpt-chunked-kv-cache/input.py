import math
import torch
import torch.nn as nn
import torch.nn.functional as F


class CausalSelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.hd = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, past=None):
        b, t, c = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (z.view(b, t, self.heads, self.hd).transpose(1, 2) for z in (q, k, v))
        if past is not None:
            k = torch.cat([past[0], k], dim=2)
            v = torch.cat([past[1], v], dim=2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.hd)
        mask = torch.full((t, t), float("-inf"), device=x.device).triu(1)
        scores = scores + mask
        y = F.softmax(scores, dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, c)), (k, v)


class TinyGPT(nn.Module):
    def __init__(self, vocab=50, dim=32, heads=4, layers=2, ctx=64):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.pos = nn.Embedding(ctx, dim)
        self.blocks = nn.ModuleList(CausalSelfAttention(dim, heads) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(layers))
        self.head = nn.Linear(dim, vocab, bias=False)

    def forward(self, ids, cache=None):
        start = 0 if cache is None else cache[0][0].size(2)
        h = self.tok(ids) + self.pos(torch.arange(start, start + ids.size(1), device=ids.device))
        new = []
        for i, (blk, norm) in enumerate(zip(self.blocks, self.norms)):
            y, kv = blk(norm(h), None if cache is None else cache[i])
            h = h + y
            new.append(kv)
        return self.head(h), new


if __name__ == "__main__":
    torch.manual_seed(0)
    model = TinyGPT().eval()
    prompt = torch.randint(0, 50, (2, 12))
    with torch.no_grad():
        # prefill in chunks of 4 so that long prompts fit in memory
        cache, pieces = None, []
        for chunk in prompt.split(4, dim=1):
            logits, cache = model(chunk, cache)
            pieces.append(logits)
        ids = logits[:, -1].argmax(-1, keepdim=True)
        for _ in range(3):
            logits, cache = model(ids, cache)
            ids = logits[:, -1].argmax(-1, keepdim=True)
    print(torch.cat(pieces, 1).shape, cache[0][0].shape)
