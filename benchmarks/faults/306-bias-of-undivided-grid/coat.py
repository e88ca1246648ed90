import torch
from torch import nn


class ConvStage(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(cin, cout, 3, stride=2, padding=1), nn.BatchNorm2d(cout), nn.GELU())

    def forward(self, x):
        return self.body(x)


class AttentionStage(nn.Module):
    """Halves the grid and attends over it, with a learned bias per relative position."""

    def __init__(self, cin, cout, grid, heads=4):
        super().__init__()
        self.heads = heads
        self.pool = nn.MaxPool2d(2)
        self.widen = nn.Linear(cin, cout)
        self.norm = nn.LayerNorm(cout)
        self.qkv = nn.Linear(cout, 3 * cout, bias=False)
        self.out = nn.Linear(cout, cout)
        self.bias = nn.Parameter(torch.randn(heads, (2 * grid - 1) ** 2) * 0.1)
        pos = torch.stack(torch.meshgrid(torch.arange(grid), torch.arange(grid), indexing="ij")).flatten(1)
        rel = pos[:, :, None] - pos[:, None] + grid - 1
        self.register_buffer("index", rel[0] * (2 * grid - 1) + rel[1])

    def forward(self, x):
        x = self.pool(x)
        b, _, h, w = x.shape
        x = self.widen(x.flatten(2).transpose(1, 2))
        q, k, v = self.qkv(self.norm(x)).view(b, h * w, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        dots = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        dots = dots + self.bias[:, self.index]
        y = (dots.softmax(dim=-1) @ v).transpose(1, 2).reshape(b, h * w, -1)
        return (x + self.out(y)).transpose(1, 2).reshape(b, -1, h, w)


class PlantCoat(nn.Module):
    def __init__(self, image_size=32, widths=(16, 32, 48), stages="CTT", classes=5):
        super().__init__()
        layers, cin, size = [], 3, image_size
        for kind, width in zip(stages, widths):
            if kind == "C":
                layers.append(ConvStage(cin, width))
            else:
                layers.append(AttentionStage(cin, width, size))
            cin, size = width, size // 2
        self.stages = nn.Sequential(*layers)
        self.head = nn.Linear(cin, classes)

    def forward(self, x):
        return self.head(self.stages(x).mean(dim=(2, 3)))
