"""Self-attention that looks at the means of blocks of words instead of at each word."""
import torch
from torch import nn
import torch.nn.functional as F


def masked_mean(tensor, mask, dim):
    """The mean over an axis of what the mask (without the last axes) marks; zero where it marks nothing."""
    mask = mask[(...,) + (None,) * (tensor.dim() - mask.dim())]
    tensor = tensor.masked_fill(~mask, 0.0)
    return tensor.sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)


class BlockAttention(nn.Module):
    def __init__(self, dim=16, heads=4, block_size=3):
        super().__init__()
        self.heads, self.block_size = heads, block_size
        self.scale = (dim // heads) ** -0.5
        self.to_qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x, mask=None):
        b, n, _ = x.shape
        h, bsz = self.heads, self.block_size
        if mask is None:
            mask = torch.ones(b, n, dtype=torch.bool, device=x.device)
        pad = -n % bsz
        x = F.pad(x, (0, 0, 0, pad))
        mask = F.pad(mask, (0, pad), value=False)

        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        q, k, v = (t.reshape(b, n + pad, h, -1).transpose(1, 2).reshape(b * h, n + pad, -1) for t in (q, k, v))

        k, v = (t.view(b * h, -1, bsz, t.shape[-1]) for t in (k, v))
        mask = mask.view(b, -1, bsz)
        k = masked_mean(k, mask, dim=2)
        v = masked_mean(v, mask, dim=2)

        scores = torch.einsum("b i d, b j d -> b i j", q, k) * self.scale
        empty = ~mask.any(dim=2)
        scores = scores.masked_fill(empty[:, None, :], torch.finfo(scores.dtype).min)
        out = torch.einsum("b i j, b j d -> b i d", scores.softmax(dim=-1), v)
        out = out.view(b, h, n + pad, -1).transpose(1, 2).reshape(b, n + pad, -1)
        return self.to_out(out)[:, :n]


class Classifier(nn.Module):
    def __init__(self, tokens=50, dim=16, classes=3):
        super().__init__()
        self.embed = nn.Embedding(tokens, dim)
        self.norm = nn.LayerNorm(dim)
        self.attention = BlockAttention(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens, mask=None):
        x = self.embed(tokens)
        x = x + self.attention(self.norm(x), mask)
        return self.head(x[:, 0])


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Classifier()
    print(model(torch.randint(0, 50, (1, 20))).shape)
    lengths = torch.tensor([20, 13])
    mask = torch.arange(20)[None] < lengths[:, None]
    logits = model(torch.randint(0, 50, (2, 20)), mask)
    F.cross_entropy(logits, torch.tensor([0, 2])).backward()
    print(logits.shape)
