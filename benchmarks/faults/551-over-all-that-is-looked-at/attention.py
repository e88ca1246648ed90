"""Attention of several heads that are laid into the batch; the weights run over what is looked at."""
import torch
from torch import nn


class ScaledDotProductAttention(nn.Module):
    def __init__(self, temperature):
        super().__init__()
        self.temperature = temperature
        self.softmax = nn.Softmax(dim=2)

    def forward(self, q, k, v, mask=None):
        attn = torch.bmm(q, k.transpose(1, 2)) / self.temperature
        if mask is not None:
            attn = attn.masked_fill(mask, float("-inf"))
        attn = self.softmax(attn)
        return torch.bmm(attn, v), attn


class MultiHeadAttention(nn.Module):
    def __init__(self, n_head, d_model, d_k, d_v):
        super().__init__()
        self.n_head, self.d_k, self.d_v = n_head, d_k, d_v
        self.w_qs, self.w_ks = nn.Linear(d_model, n_head * d_k), nn.Linear(d_model, n_head * d_k)
        self.w_vs = nn.Linear(d_model, n_head * d_v)
        self.attention = ScaledDotProductAttention(temperature=d_k**0.5)
        self.layer_norm, self.fc = nn.LayerNorm(d_model), nn.Linear(n_head * d_v, d_model)

    def forward(self, q, k, v, mask=None):
        d_k, d_v, n_head = self.d_k, self.d_v, self.n_head
        sz_b, len_q, _ = q.size()
        len_k, residual = k.size(1), q
        q = self.w_qs(q).view(sz_b, len_q, n_head, d_k).permute(2, 0, 1, 3).reshape(-1, len_q, d_k)
        k = self.w_ks(k).view(sz_b, len_k, n_head, d_k).permute(2, 0, 1, 3).reshape(-1, len_k, d_k)
        v = self.w_vs(v).view(sz_b, len_k, n_head, d_v).permute(2, 0, 1, 3).reshape(-1, len_k, d_v)
        if mask is not None:
            mask = mask.repeat(n_head, 1, 1)
        output, attn = self.attention(q, k, v, mask=mask)
        output = output.view(n_head, sz_b, len_q, d_v).permute(1, 2, 0, 3).reshape(sz_b, len_q, -1)
        return self.layer_norm(self.fc(output) + residual), attn


class EncoderLayer(nn.Module):
    """Words (batch, length, 12), and which of them fill up (batch, length)."""

    def __init__(self, d_model=12, n_head=3, d_k=5, d_v=4):
        super().__init__()
        self.slf_attn = MultiHeadAttention(n_head, d_model, d_k, d_v)
        self.w_1, self.w_2 = nn.Conv1d(d_model, 20, 1), nn.Conv1d(20, d_model, 1)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, filled=None):
        mask = None if filled is None else filled.unsqueeze(1).expand(-1, x.size(1), -1)
        x, _ = self.slf_attn(x, x, x, mask)
        return self.norm(self.w_2(torch.relu(self.w_1(x.transpose(1, 2)))).transpose(1, 2) + x)
