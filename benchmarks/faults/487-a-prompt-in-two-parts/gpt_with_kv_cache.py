"""A small language model that remembers the keys and values of what it has read."""
import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_in, d_out, context_length, num_heads):
        super().__init__()
        self.d_out, self.num_heads, self.head_dim = d_out, num_heads, d_out // num_heads
        self.W_query = nn.Linear(d_in, d_out, bias=False)
        self.W_key = nn.Linear(d_in, d_out, bias=False)
        self.W_value = nn.Linear(d_in, d_out, bias=False)
        self.out_proj = nn.Linear(d_out, d_out)
        self.register_buffer("mask", torch.triu(torch.ones(context_length, context_length), diagonal=1))
        self.reset_cache()

    def reset_cache(self):
        self.cache_k, self.cache_v = None, None

    def forward(self, x, use_cache=False):
        b, num_tokens, _ = x.shape
        keys = self.W_key(x).view(b, num_tokens, self.num_heads, self.head_dim)
        values = self.W_value(x).view(b, num_tokens, self.num_heads, self.head_dim)
        queries = self.W_query(x).view(b, num_tokens, self.num_heads, self.head_dim)
        if use_cache:
            if self.cache_k is not None:
                keys = torch.cat([self.cache_k, keys], dim=1)
                values = torch.cat([self.cache_v, values], dim=1)
            self.cache_k, self.cache_v = keys, values
        keys, values, queries = keys.transpose(1, 2), values.transpose(1, 2), queries.transpose(1, 2)

        attn_scores = queries @ keys.transpose(2, 3)
        mask_bool = self.mask.bool()[:num_tokens, :num_tokens]
        attn_scores.masked_fill_(mask_bool, -torch.inf)
        attn_weights = torch.softmax(attn_scores / self.head_dim**0.5, dim=-1)
        context = (attn_weights @ values).transpose(1, 2).reshape(b, num_tokens, self.d_out)
        return self.out_proj(context)


class GPTModel(nn.Module):
    def __init__(self, vocab_size=50, emb_dim=16, context_length=32, n_layers=2, n_heads=4):
        super().__init__()
        self.tok_emb = nn.Embedding(vocab_size, emb_dim)
        self.pos_emb = nn.Embedding(context_length, emb_dim)
        self.atts = nn.ModuleList(MultiHeadAttention(emb_dim, emb_dim, context_length, n_heads)
                                  for _ in range(n_layers))
        self.norms = nn.ModuleList(nn.LayerNorm(emb_dim) for _ in range(n_layers))
        self.out_head = nn.Linear(emb_dim, vocab_size, bias=False)
        self.current_pos = 0

    def forward(self, in_idx, use_cache=False):
        start = self.current_pos if use_cache else 0
        x = self.tok_emb(in_idx) + self.pos_emb(torch.arange(start, start + in_idx.shape[1]))
        if use_cache:
            self.current_pos += in_idx.shape[1]
        for norm, att in zip(self.norms, self.atts):
            x = x + att(norm(x), use_cache)
        return self.out_head(x)

    def reset_kv_cache(self):
        self.current_pos = 0
        for att in self.atts:
            att.reset_cache()


@torch.no_grad()
def generate(model, parts, max_new_tokens):
    """Read the parts of a prompt one after the other, and go on."""
    model.reset_kv_cache()
    for part in parts:
        logits = model(part, use_cache=True)
    tokens = torch.cat(parts, dim=1)
    for _ in range(max_new_tokens):
        next_idx = logits[:, -1].argmax(-1, keepdim=True)
        tokens = torch.cat([tokens, next_idx], dim=1)
        logits = model(next_idx, use_cache=True)
    return tokens


if __name__ == "__main__":
    torch.manual_seed(0)
    model = GPTModel().eval()
    document, question = torch.randint(0, 50, (1, 9)), torch.randint(0, 50, (1, 4))
    print(generate(model, [document], 5))
    print(generate(model, [document, question], 5))
