"""What a diffusion model is told by a text."""
from torch import nn

import open_clip


class AbstractEncoder(nn.Module):
    def encode(self, *args, **kwargs):
        return self(*args, **kwargs)


class FrozenOpenCLIPEmbedder(AbstractEncoder):
    """The vectors of all words, from the last layer or the one before it."""

    LAYERS = ["last", "penultimate"]

    def __init__(self, freeze=True, layer="penultimate"):
        super().__init__()
        if layer not in self.LAYERS:
            raise ValueError(f"no layer {layer}")
        self.model = open_clip.TextTransformer()
        self.layer_idx = self.LAYERS.index(layer)
        if freeze:
            self.freeze()

    def freeze(self):
        self.model = self.model.eval()
        for param in self.parameters():
            param.requires_grad = False

    def forward(self, tokens):
        return self.encode_with_transformer(tokens)

    def encode_with_transformer(self, text):
        x = self.model.token_embedding(text)
        x = x + self.model.positional_embedding
        x = x.permute(1, 0, 2)
        x = self.text_transformer_forward(x, attn_mask=self.model.attn_mask)
        x = x.permute(1, 0, 2)
        return self.model.ln_final(x)

    def text_transformer_forward(self, x, attn_mask=None):
        blocks = self.model.transformer.resblocks
        for i, r in enumerate(blocks):
            if i == len(blocks) - self.layer_idx:
                break
            x = r(x, attn_mask=attn_mask)
        return x
