import torch
from torch import einsum, nn


class PerceiverAttention(nn.Module):
    def __init__(self, dim, heads=4, dim_head=16):
        super().__init__()
        self.heads, self.scale = heads, dim_head ** -0.5
        self.to_q = nn.Linear(dim, heads * dim_head, bias=False)
        self.to_kv = nn.Linear(dim, 2 * heads * dim_head, bias=False)
        self.to_out = nn.Linear(heads * dim_head, dim, bias=False)

    def split(self, t):
        return t.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, latents, media):
        q = self.split(self.to_q(latents))
        k, v = (self.split(t) for t in self.to_kv(media).chunk(2, dim=-1))
        sim = einsum("b h i d, b h j d -> b h i j", q * self.scale, k)
        attn = sim.softmax(dim=-1)
        out = einsum("b h i j, b h i d -> b h j d", attn, v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class Resampler(nn.Module):
    """Compress any number of media tokens to 8 latents (Flamingo style)."""

    def __init__(self, dim=64, num_latents=8, depth=2):
        super().__init__()
        self.latents = nn.Parameter(torch.randn(num_latents, dim))
        self.layers = nn.ModuleList([PerceiverAttention(dim) for _ in range(depth)])

    def forward(self, media):
        x = self.latents.expand(media.size(0), -1, -1)
        for attn in self.layers:
            x = x + attn(x, media)
        return x
