import torch
from torch import nn


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, dim, kernel):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(dim, dim, kernel, padding=kernel // 2, groups=dim),
            ChannelNorm(dim),
            nn.Conv2d(dim, 4 * dim, 1),
            nn.GELU(),
            nn.Conv2d(4 * dim, dim, 1),
        )

    def forward(self, x):
        return x + self.layers(x)


class Backbone(nn.Module):
    def __init__(self, depths=(3, 3, 9, 3), dims=(96, 192, 384, 768), kernel=7, in_channels=3):
        super().__init__()
        assert len(depths) == len(dims)
        self.downsample_layers = nn.ModuleList([
            nn.Sequential(nn.Conv2d(in_channels, dims[0], 4, stride=4), ChannelNorm(dims[0]))
        ])
        for previous, dim in zip(dims, dims[1:]):
            self.downsample_layers.append(nn.Sequential(ChannelNorm(previous), nn.Conv2d(previous, dim, 2, stride=2)))
        self.stages = nn.ModuleList([
            nn.Sequential(*[Block(dim, kernel) for _ in range(depth)]) for depth, dim in zip(depths, dims)
        ])
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.out_features = dims[-1]

    def forward(self, x):
        for i in range(4):
            x = self.downsample_layers[i](x)
            x = self.stages[i](x)
        return self.norm(x.mean([-2, -1]))
