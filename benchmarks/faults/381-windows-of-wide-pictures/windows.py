"""Patch embeddings of a detector whose first layers attend inside a grid of windows."""
import torch
from torch import nn


class WindowedEmbeddings(nn.Module):
    """(B, 3, H, W) becomes (B * num_windows ** 2, 1 + patches of a window, dim)."""

    def __init__(self, dim=8, patch_size=4, num_windows=2, max_side=16):
        super().__init__()
        self.patch_size, self.num_windows = patch_size, num_windows
        self.projection = nn.Conv2d(3, dim, patch_size, stride=patch_size)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.row = nn.Parameter(torch.randn(1, max_side, 1, dim))
        self.column = nn.Parameter(torch.randn(1, 1, max_side, dim))

    def forward(self, pixels):
        batch_size, _, height, width = pixels.shape
        num_h_patches = height // self.patch_size
        num_w_patches = width // self.patch_size
        tokens = self.projection(pixels).permute(0, 2, 3, 1)
        tokens = tokens + self.row[:, :num_h_patches] + self.column[:, :, :num_w_patches]
        num_windows = self.num_windows
        num_h_patches_per_window = num_h_patches // num_windows
        num_w_patches_per_window = num_w_patches // num_windows
        windowed = tokens.reshape(batch_size, num_windows, num_h_patches_per_window,
                                  num_windows, num_h_patches_per_window, -1)
        windowed = windowed.permute(0, 1, 3, 2, 4, 5)
        windowed = windowed.reshape(batch_size * num_windows ** 2,
                                    num_h_patches_per_window * num_w_patches_per_window, -1)
        cls = self.cls_token.expand(batch_size * num_windows ** 2, -1, -1)
        return torch.cat((cls, windowed), dim=1)


class Backbone(nn.Module):
    def __init__(self, dim=8, depth=2):
        super().__init__()
        self.embeddings = WindowedEmbeddings(dim)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, 2, 2 * dim, dropout=0.0, batch_first=True) for _ in range(depth))

    def forward(self, pixels):
        x = self.embeddings(pixels)
        for layer in self.layers:
            x = layer(x)
        return x
