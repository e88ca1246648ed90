"""A small decoder that writes recipes word by word."""
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Config:
    vocabulary: int = 60
    context: int = 32
    width: int = 32
    heads: int = 4
    layers: int = 2


def causal_mask(length, device=None):
    """True where a word must not look: at the words after it."""
    return torch.ones(length, length, dtype=torch.bool, device=device).triu(1)


class RecipeModel(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.places = nn.Embedding(config.context, config.width)
        layer = nn.TransformerEncoderLayer(config.width, config.heads, 2 * config.width, dropout=0.0,
                                           batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.out = nn.Linear(config.width, config.vocabulary)

    def forward(self, tokens):
        mask = causal_mask(tokens.size(0), tokens.device)
        place = torch.arange(tokens.size(1), device=tokens.device)
        x = self.words(tokens) + self.places(place)
        return self.out(self.layers(x, mask=mask))


def loss_of(model, tokens):
    logits = model(tokens[:, :-1])
    return nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
