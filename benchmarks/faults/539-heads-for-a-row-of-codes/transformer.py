"""A transformer that reads codes of pictures from the left."""
import torch
from torch import nn


class SABlock(nn.Module):
    def __init__(self, hidden_size, num_heads):
        super().__init__()
        if hidden_size % num_heads != 0:
            raise ValueError("hidden_size should be divisible by num_heads.")
        self.num_heads, self.head_dim = num_heads, hidden_size // num_heads
        self.to_qkv = nn.Linear(hidden_size, 3 * hidden_size)
        self.out_proj = nn.Linear(hidden_size, hidden_size)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (p.view(b, t, self.num_heads, self.head_dim).transpose(1, 2) for p in self.to_qkv(x).chunk(3, dim=-1))
        later = torch.ones(t, t, dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(-2, -1) * self.head_dim**-0.5).masked_fill(later, float("-inf"))
        return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self, hidden_size, num_heads):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(hidden_size), SABlock(hidden_size, num_heads)
        self.norm2 = nn.LayerNorm(hidden_size)
        self.mlp = nn.Sequential(nn.Linear(hidden_size, 2 * hidden_size), nn.GELU(), nn.Linear(2 * hidden_size, hidden_size))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class DecoderOnlyTransformer(nn.Module):
    def __init__(self, num_tokens, max_seq_len, attn_layers_dim, attn_layers_depth, attn_layers_heads):
        super().__init__()
        self.token_embeddings = nn.Embedding(num_tokens, attn_layers_dim)
        self.position_embeddings = nn.Embedding(max_seq_len, attn_layers_dim)
        self.blocks = nn.ModuleList([Block(attn_layers_dim, attn_layers_heads) for _ in range(attn_layers_depth)])
        self.to_logits = nn.Linear(attn_layers_dim, num_tokens)

    def forward(self, x):
        x = self.token_embeddings(x) + self.position_embeddings(torch.arange(x.size(1)))
        for block in self.blocks:
            x = block(x)
        return self.to_logits(x)
