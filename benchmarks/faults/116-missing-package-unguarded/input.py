import torch
import torch.nn as nn
from einops import rearrange
from einops.layers.torch import Rearrange


class PatchMixer(nn.Module):
    def __init__(self, dim=32, patch=8, size=32):
        super().__init__()
        n = (size // patch) ** 2
        self.embed = nn.Sequential(Rearrange("b c (h p) (w q) -> b (h w) (p q c)", p=patch, q=patch), nn.Linear(3 * patch * patch, dim))
        self.token = nn.Linear(n, n)
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = self.embed(x)
        x = x + rearrange(self.token(rearrange(x, "b n d -> b d n")), "b d n -> b n d")
        return self.head(x.mean(1))
