"""Which patches did a vision transformer look at? Attention rolled out over the layers."""
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(dim=-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(b, n, d)), attention


class TinyViT(nn.Module):
    def __init__(self, size=16, patch=4, dim=24, heads=3, depth=3):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, patch, stride=patch)
        self.cls = nn.Parameter(torch.randn(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, dim) * 0.1)
        self.layers = nn.ModuleList(Attention(dim, heads) for _ in range(depth))

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1) + self.pos
        maps = []
        for layer in self.layers:
            y, attention = layer(x)
            x = x + y
            maps.append(attention)
        return x[:, 0], maps


def rollout(maps, discard=0.5):
    result = torch.eye(maps[0].shape[-1]).expand(len(maps[0]), -1, -1)
    for attention in maps:
        fused = attention.max(dim=1).values.clone()
        flat = fused.flatten(1)
        lowest = flat.topk(int(flat.shape[-1] * discard), largest=False).indices
        flat.scatter_(1, lowest, 0.0)
        a = (flat.view_as(fused) + torch.eye(fused.shape[-1])) / 2
        a = a / a.sum(dim=-1)
        result = a @ result
    mask = result[:, 0, 1:]
    side = int(mask.shape[-1] ** 0.5)
    mask = mask.view(-1, side, side)
    return mask / mask.amax(dim=(1, 2), keepdim=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    with torch.no_grad():
        _, maps = TinyViT()(torch.randn(3, 3, 16, 16))
    print(rollout(maps)[0])
