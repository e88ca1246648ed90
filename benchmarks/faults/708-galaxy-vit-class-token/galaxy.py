"""Shapes of galaxies by a small vision transformer."""
import torch
from torch import nn


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, width):
        super().__init__()
        self.num_patches = (image_size // patch_size) ** 2
        self.project = nn.Conv2d(channels, width, kernel_size=patch_size, stride=patch_size)

    def forward(self, x):
        return self.project(x).flatten(2).transpose(1, 2)


class GalaxyViT(nn.Module):
    def __init__(self, image_size=32, patch_size=8, channels=3, width=24, depth=2, heads=3, shapes=6):
        super().__init__()
        self.patches = PatchEmbedding(image_size, patch_size, channels, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.patches.num_patches, width))
        layer = nn.TransformerEncoderLayer(width, heads, 2 * width, dropout=0.0, activation="gelu",
                                           batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, shapes)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)

    def forward(self, x):
        x = self.patches(x)
        cls = self.cls_token.expand(x.size(0), -1, -1)
        x = torch.cat([cls, x], dim=1)
        x = x + self.pos_embed
        x = self.norm(self.encoder(x))
        return self.head(x[:, 0])
