import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from layer import DecoderLayer


class Decoder(nn.Module):
    def __init__(self, vocabulary=30, dim=32, heads=4, depth=2, recompute=False):
        super().__init__()
        self.recompute = recompute
        self.embed = nn.Embedding(vocabulary, dim)
        self.layers = nn.ModuleList(DecoderLayer(dim, heads) for _ in range(depth))
        self.head = nn.Linear(dim, vocabulary)

    def forward(self, tokens, past_key_values=None, head_mask=None):
        """head_mask has a row per layer and a number per head; 0 switches a head off."""
        x = self.embed(tokens)
        n = tokens.shape[1]
        seen = 0 if past_key_values is None else past_key_values[0][0].shape[2]
        causal = torch.full((n, seen + n), float("-inf")).triu(seen + 1)
        for i, layer in enumerate(self.layers):
            layer_head_mask = head_mask[i] if head_mask is not None else None
            if self.recompute and self.training:
                x = checkpoint(layer, x, causal, layer_head_mask, None, use_reentrant=False)
            else:
                past = past_key_values[i] if past_key_values is not None else None
                x = layer(x, causal, layer_head_mask=layer_head_mask, past_key_value=past)
        return self.head(x)
