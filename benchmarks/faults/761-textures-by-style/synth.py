"""Generator of fabric textures whose convolutions are modulated by a style, after StyleGAN2."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class ScaledLinear(nn.Module):
    def __init__(self, inp, out, bias=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out, inp))
        self.bias = nn.Parameter(torch.full((out,), float(bias)))
        self.scale = 1 / math.sqrt(inp)

    def forward(self, x):
        return F.linear(x, self.weight * self.scale, self.bias)


class ModulatedConv2d(nn.Module):
    def __init__(self, cin, cout, kernel, style_dim, demodulate=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, cout, cin, kernel, kernel))
        self.scale = 1 / math.sqrt(cin * kernel ** 2)
        self.style = ScaledLinear(style_dim, cin, bias=1.0)
        self.demodulate = demodulate
        self.padding = kernel // 2

    def forward(self, x, w):
        b, cin, height, width = x.shape
        style = self.style(w).view(b, 1, cin, 1, 1)
        weight = self.scale * self.weight * style
        if self.demodulate:
            norm = torch.rsqrt(weight.pow(2).sum(dim=(2, 3, 4), keepdim=True) + 1e-8)
            weight = weight * norm
        weight = weight.flatten(0, 1)
        x = x.reshape(1, b * cin, height, width)
        x = F.conv2d(x, weight, padding=self.padding, groups=b)
        return x.view(b, -1, height, width)


class StyledBlock(nn.Module):
    def __init__(self, cin, cout, style_dim, upsample):
        super().__init__()
        self.upsample = upsample
        self.conv = ModulatedConv2d(cin, cout, 3, style_dim)
        self.noise = nn.Parameter(torch.zeros(1))
        self.bias = nn.Parameter(torch.zeros(1, cout, 1, 1))

    def forward(self, x, w):
        if self.upsample:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.conv(x, w)
        if self.training:
            x = x + self.noise * torch.randn_like(x[:, :1])
        return F.leaky_relu(x + self.bias, 0.2) * math.sqrt(2)


class TextureGenerator(nn.Module):
    """z (batch, z_dim) -> (batch, 3, 32, 32)"""

    def __init__(self, z_dim=24, style_dim=32, widths=(32, 24, 16, 12)):
        super().__init__()
        self.mapping = nn.Sequential(
            ScaledLinear(z_dim, style_dim), nn.LeakyReLU(0.2),
            ScaledLinear(style_dim, style_dim), nn.LeakyReLU(0.2),
        )
        self.start = nn.Parameter(torch.randn(1, widths[0], 4, 4))
        self.blocks = nn.ModuleList(
            StyledBlock(a, b, style_dim, upsample=i > 0)
            for i, (a, b) in enumerate(zip((widths[0], *widths[:-1]), widths))
        )
        self.to_rgb = ModulatedConv2d(widths[-1], 3, 1, style_dim, demodulate=False)

    def forward(self, z):
        w = self.mapping(F.normalize(z, dim=1) * math.sqrt(z.size(1)))
        x = self.start.expand(z.size(0), -1, -1, -1)
        for block in self.blocks:
            x = block(x, w)
        return self.to_rgb(x, w).tanh()
