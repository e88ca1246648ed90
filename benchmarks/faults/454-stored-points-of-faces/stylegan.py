"""A generator of pictures; each of its layers is styled by a vector of its own."""
import torch
from torch import nn
import torch.nn.functional as F


class StyledConv(nn.Module):
    def __init__(self, in_channels, out_channels, style_dim, up):
        super().__init__()
        self.up = up
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.style = nn.Linear(style_dim, 2 * out_channels)

    def forward(self, x, w):
        if self.up:
            x = F.interpolate(x, scale_factor=2)
        scale, shift = self.style(w)[:, :, None, None].chunk(2, dim=1)
        return F.leaky_relu(F.instance_norm(self.conv(x)) * (1 + scale) + shift, 0.2)


class StyledGenerator(nn.Module):
    """(batch, layers, style_dim) to pictures of 16 x 16 and a list of features, one for each layer."""

    def __init__(self, style_dim=12, layers=6, width=8):
        super().__init__()
        self.style_dim, self.layers = style_dim, layers
        self.constant = nn.Parameter(torch.randn(1, width, 2, 2))
        self.convs = nn.ModuleList(StyledConv(width, width, style_dim, up=i % 2 == 0) for i in range(layers))
        self.to_rgb = nn.Conv2d(width, 3, 1)

    def forward(self, latents):
        x = self.constant.expand(len(latents), -1, -1, -1)
        features = []
        for i, conv in enumerate(self.convs):
            x = conv(x, latents[:, i])
            features.append(x)
        return self.to_rgb(x), features
