import torch
from torch import nn


def exists(v):
    return v is not None


class Attention(nn.Module):
    def __init__(self, dim, heads=8, dim_head=16):
        super().__init__()
        inner_dim = heads * dim_head
        self.heads = heads
        self.scale = dim_head ** -0.5
        self.norm = nn.LayerNorm(dim)
        self.to_qkv = nn.Linear(dim, inner_dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x, mask=None):
        b, n, _ = x.shape
        qkv = self.to_qkv(self.norm(x)).chunk(3, dim=-1)
        q, k, v = (t.reshape(b, n, self.heads, -1).transpose(1, 2) for t in qkv)
        sim = q @ k.transpose(-1, -2) * self.scale
        if exists(mask):
            sim = sim.masked_fill(~mask[:, None, None], torch.finfo(sim.dtype).min)
        out = sim.softmax(dim=-1) @ v
        out = out.transpose(1, 2).reshape(b, n, -1)
        return self.to_out(out)


class MeshEncoder(nn.Module):
    """Face sequence encoder: 9 numbers (three vertices) per face."""

    def __init__(self, dim=96, depth=2):
        super().__init__()
        self.face_in = nn.Linear(9, dim)
        self.layers = nn.ModuleList([Attention(dim) for _ in range(depth)])
        self.logits = nn.Linear(dim, 128)

    def forward(self, faces):
        x = self.face_in(faces)
        for attn in self.layers:
            x = attn(x) + x
        return self.logits(x)
