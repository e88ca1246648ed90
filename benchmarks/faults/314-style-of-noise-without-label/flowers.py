"""Class-conditional generator with styles, for a handful of flower pictures."""
import torch
from torch import nn
import torch.nn.functional as F


class StyledBlock(nn.Module):
    def __init__(self, cin, cout, style):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)
        self.norm = nn.InstanceNorm2d(cin)
        self.scale_shift = nn.Linear(style, 2 * cin)

    def forward(self, x, w):
        scale, shift = self.scale_shift(w)[..., None, None].chunk(2, dim=1)
        x = self.norm(x) * (1 + scale) + shift
        return self.conv(F.interpolate(F.leaky_relu(x, 0.2), scale_factor=2))


class Generator(nn.Module):
    def __init__(self, z_dim=32, classes=6, embed=8, base=4, width=8, style=24):
        super().__init__()
        self.base, self.width = base, width
        self.label = nn.Embedding(classes, embed)
        self.fc = nn.Linear(z_dim + embed, width * base * base)
        layers = []
        for i in range(3):
            layers += [nn.Linear(z_dim + embed if i == 0 else style, style), nn.LeakyReLU(0.2)]
        self.mapping = nn.Sequential(*layers)
        self.blocks = nn.ModuleList([StyledBlock(width, 16, style), StyledBlock(16, 8, style)])
        self.rgb = nn.Conv2d(8, 3, 1)

    def forward(self, z, y):
        z = F.normalize(z, dim=1) * z.shape[1] ** 0.5
        yz = torch.cat([z, F.normalize(self.label(y), dim=1)], dim=1)
        out = self.fc(z).view(-1, self.width, self.base, self.base)
        w = self.mapping(yz)
        for block in self.blocks:
            out = block(out, w)
        return torch.tanh(self.rgb(out))


if __name__ == "__main__":
    torch.manual_seed(0)
    generator = Generator()
    pictures = generator(torch.randn(4, 32), torch.tensor([0, 2, 5, 5]))
    print(pictures.shape, pictures.abs().mean().item())
