"""A small decoder."""
import dataclasses

import torch
from torch import nn
import torch.nn.functional as F


@dataclasses.dataclass
class QWenConfig:
    vocab_size: int
    hidden_size: int = 16
    num_heads: int = 2
    num_layers: int = 2


class QWenBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config.hidden_size
        self.num_heads = config.num_heads
        self.ln_1, self.ln_2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.c_attn, self.c_proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.SiLU(), nn.Linear(2 * dim, dim))

    def forward(self, x, attention_mask=None):
        bsz, length, dim = x.shape
        q, k, v = (t.view(bsz, length, self.num_heads, -1).transpose(1, 2)
                   for t in self.c_attn(self.ln_1(x)).chunk(3, dim=-1))
        scores = q @ k.transpose(-1, -2) / q.size(-1) ** 0.5
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        scores = scores.masked_fill(~causal, torch.finfo(scores.dtype).min)
        if attention_mask is not None:
            scores = scores + attention_mask
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(bsz, length, dim)
        x = x + self.c_proj(y)
        return x + self.mlp(self.ln_2(x))


class QWenLMHeadModel(nn.Module):
    """``attention_mask`` (batch, length) is 1 for the words that are there, 0 for what fills up."""

    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.h = nn.ModuleList(QWenBlock(config) for _ in range(config.num_layers))
        self.ln_f = nn.LayerNorm(config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    def forward(self, input_ids, attention_mask=None, labels=None):
        batch_size = input_ids.size(0)
        x = self.wte(input_ids)
        if attention_mask is not None:
            attention_mask = attention_mask.view(batch_size, -1)[:, None, None, :].to(x.dtype)
            attention_mask = (1.0 - attention_mask) * torch.finfo(x.dtype).min / 2
        for block in self.h:
            x = block(x, attention_mask)
        logits = self.lm_head(self.ln_f(x))
        if labels is None:
            return None, logits
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
        return loss, logits
