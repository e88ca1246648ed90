"""Turn pictures back into noise step by step under a prompt, and forth again."""
import torch
from torch import nn


class TextEncoder(nn.Module):
    def __init__(self, width=12, length=7):
        super().__init__()
        self.length = length
        self.table = nn.Embedding(128, width)

    def forward(self, prompts):
        ids = torch.zeros(len(prompts), self.length, dtype=torch.long)
        for row, prompt in zip(ids, prompts):
            codes = torch.tensor([ord(c) % 128 for c in prompt[:self.length]], dtype=torch.long)
            row[:len(codes)] = codes
        return self.table(ids)


class CrossAttention(nn.Module):
    def __init__(self, width, context, heads=2):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)

    def split(self, x):
        n, t, width = x.shape
        return x.reshape(n, t, self.heads, -1).transpose(1, 2).reshape(n * self.heads, t, -1)

    def forward(self, x, context):
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        weights = (torch.einsum("b i d, b j d -> b i j", q, k) * self.scale).softmax(dim=-1)
        out = torch.einsum("b i j, b j d -> b i d", weights, v)
        return out.reshape(len(x), self.heads, x.shape[1], -1).transpose(1, 2).reshape(x.shape)


class Denoiser(nn.Module):
    def __init__(self, channels=3, width=8, context=12):
        super().__init__()
        self.enter, self.leave = nn.Conv2d(channels, width, 1), nn.Conv2d(width, channels, 1)
        self.attention = CrossAttention(width, context)

    def forward(self, x, context):
        h = self.enter(x)
        tokens = h.flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(tokens, context)
        return self.leave(tokens.transpose(1, 2).reshape(h.shape))


@torch.no_grad()
def invert(pictures, prompt, encoder, denoiser, steps=3, guidance=2.0):
    """One prompt for all pictures; the empty prompt is what the guidance leads away from."""
    latents = pictures
    empty, told = encoder([""]), encoder([prompt])
    for _ in range(steps):
        without = denoiser(latents, empty)
        under = denoiser(latents, told)
        latents = latents + 0.1 * (without + guidance * (under - without))
    return latents


if __name__ == "__main__":
    torch.manual_seed(0)
    print(invert(torch.randn(4, 3, 6, 6), "a cat", TextEncoder(), Denoiser()).shape)
