import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv3d(cin, cout, 3, padding=1)
        self.norm = nn.InstanceNorm3d(cout)

    def forward(self, x):
        return torch.nn.functional.leaky_relu(self.norm(self.conv(x)))


class ReconstructUNet(nn.Module):
    """Four contrasts of a head, reconstructed from masked volumes; skips are added."""

    def __init__(self, contrasts=4, width=8):
        super().__init__()
        widths = [width, 2 * width, 2 * width]
        self.down = nn.ModuleList()
        cin = contrasts
        for w in widths:
            self.down.append(Block(cin, w))
            cin = w
        self.pool = nn.MaxPool3d(2)
        self.middle = Block(cin, cin)
        self.up = nn.ModuleList()
        for w in reversed(widths):
            self.up.append(Block(cin, w))
            cin = w
        self.grow = nn.Upsample(scale_factor=2)
        self.out = nn.Conv3d(cin, contrasts, 1)

    def forward(self, x):
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.middle(x)
        for block, skip in zip(self.up, reversed(skips)):
            x = block(self.grow(x)) + skip
        return self.out(x)


def mask_cubes(volume, share=0.5, side=8):
    cubes = torch.rand(volume.shape[0], 1, *(-(-n // side) for n in volume.shape[2:])) > share
    keep = nn.functional.interpolate(cubes.float(), scale_factor=side)
    return volume * keep[..., :volume.shape[2], :volume.shape[3], :volume.shape[4]]
