"""Attention of several heads by sums over named axes."""
import math

import torch
from torch import nn


class MHAEinsum(nn.Module):
    def __init__(self, d_in, d_out, context_length, num_heads, qkv_bias=False):
        super().__init__()
        assert d_out % num_heads == 0
        self.d_out, self.num_heads, self.head_dim = d_out, num_heads, d_out // num_heads
        self.W_query = nn.Parameter(torch.randn(d_out, d_in))
        self.W_key = nn.Parameter(torch.randn(d_out, d_in))
        self.W_value = nn.Parameter(torch.randn(d_out, d_in))
        if qkv_bias:
            self.bias_q = nn.Parameter(torch.zeros(d_out))
            self.bias_k = nn.Parameter(torch.zeros(d_out))
            self.bias_v = nn.Parameter(torch.zeros(d_out))
        else:
            self.bias_q = self.bias_k = self.bias_v = None
        self.out_proj = nn.Linear(d_out, d_out)
        self.register_buffer("mask", torch.triu(torch.ones(context_length, context_length), diagonal=1))
        for weight in (self.W_query, self.W_key, self.W_value):
            nn.init.kaiming_uniform_(weight, a=math.sqrt(5))

    def forward(self, x):
        b, n, _ = x.shape
        Q = torch.einsum("bnd,di->bni", x, self.W_query)
        K = torch.einsum("bnd,di->bni", x, self.W_key)
        V = torch.einsum("bnd,di->bni", x, self.W_value)
        if self.bias_q is not None:
            Q, K, V = Q + self.bias_q, K + self.bias_k, V + self.bias_v
        Q = Q.view(b, n, self.num_heads, self.head_dim).transpose(1, 2)
        K = K.view(b, n, self.num_heads, self.head_dim).transpose(1, 2)
        V = V.view(b, n, self.num_heads, self.head_dim).transpose(1, 2)

        scores = torch.einsum("bhnd,bhmd->bhnm", Q, K) / self.head_dim**0.5
        scores = scores.masked_fill(self.mask[:n, :n].bool(), -torch.inf)
        context = torch.einsum("bhnm,bhmd->bhnd", torch.softmax(scores, dim=-1), V)
        return self.out_proj(context.transpose(1, 2).reshape(b, n, self.d_out))


if __name__ == "__main__":
    torch.manual_seed(0)
    embeddings = torch.randn(2, 10, 16)
    for embed_dim, d_out in ((16, 16), (16, 32)):
        mha_einsum = MHAEinsum(embed_dim, d_out, context_length=12, num_heads=4, qkv_bias=True)
        out = mha_einsum(embeddings)
        out.square().mean().backward()
        print(out.shape)
