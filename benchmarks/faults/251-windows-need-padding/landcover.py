import torch
import torch.nn as nn


def to_windows(x, size):
    """(B, H, W, C) -> (B * windows, size * size, C)"""
    b, h, w, c = x.shape
    x = x.view(b, h // size, size, w // size, size, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, size * size, c)


def from_windows(windows, size, h, w):
    c = windows.shape[-1]
    b = windows.shape[0] // ((h // size) * (w // size))
    x = windows.view(b, h // size, w // size, size, size, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)


class WindowBlock(nn.Module):
    def __init__(self, dim, heads, window):
        super().__init__()
        self.window = window
        self.norm1 = nn.LayerNorm(dim)
        self.attend = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        shortcut = x
        x = self.norm1(x)
        h, w = x.shape[1:3]
        windows = to_windows(x, self.window)
        windows, _ = self.attend(windows, windows, windows, need_weights=False)
        x = shortcut + from_windows(windows, self.window, h, w)
        return x + self.mlp(self.norm2(x))


class LandCover(nn.Module):
    """Class scores for every 4 x 4 cell of a satellite tile."""

    def __init__(self, classes=6, dim=32, heads=4, window=7, depth=2):
        super().__init__()
        self.embed = nn.Conv2d(3, dim, kernel_size=4, stride=4)
        self.blocks = nn.ModuleList([WindowBlock(dim, heads, window) for _ in range(depth)])
        self.classify = nn.Linear(dim, classes)

    def forward(self, image):
        x = self.embed(image).permute(0, 2, 3, 1)
        for block in self.blocks:
            x = block(x.contiguous())
        return self.classify(x).permute(0, 3, 1, 2)
