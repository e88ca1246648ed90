"""Attention of several heads over a time series."""
import math

import torch
import torch.nn as nn


class FullAttention(nn.Module):
    def __init__(self, mask_flag=True, attention_dropout=0.0):
        super().__init__()
        self.mask_flag, self.dropout = mask_flag, nn.Dropout(attention_dropout)

    def forward(self, queries, keys, values):
        """Queries (batch, L, heads, D), keys and values (batch, S, heads, D); as the queries."""
        B, L, H, D = queries.shape
        S = keys.shape[1]
        queries = queries.view(B, H, L, -1)
        keys = keys.view(B, H, S, -1)
        values = values.view(B, H, S, -1)
        scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(D)
        if self.mask_flag:
            later = torch.ones(L, S, dtype=torch.bool).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        context = torch.matmul(self.dropout(scores.softmax(dim=-1)), values)
        return context.transpose(1, 2).contiguous()


class AttentionLayer(nn.Module):
    def __init__(self, attention, d_model, n_heads):
        super().__init__()
        self.inner_attention, self.n_heads = attention, n_heads
        self.query_projection = nn.Linear(d_model, d_model)
        self.key_projection = nn.Linear(d_model, d_model)
        self.value_projection = nn.Linear(d_model, d_model)
        self.out_projection = nn.Linear(d_model, d_model)

    def forward(self, queries, keys, values):
        B, L, _ = queries.shape
        S, H = keys.shape[1], self.n_heads
        out = self.inner_attention(self.query_projection(queries).view(B, L, H, -1),
                                   self.key_projection(keys).view(B, S, H, -1),
                                   self.value_projection(values).view(B, S, H, -1))
        return self.out_projection(out.view(B, L, -1))
