"""A U-Net of three dimensions, each level around the one below."""
import torch
from torch import nn


class SkipConnection(nn.Module):
    def __init__(self, submodule):
        super().__init__()
        self.submodule = submodule

    def forward(self, x):
        y = self.submodule(x)
        return torch.cat([x, y], dim=1)


def down(cin, cout, stride):
    return nn.Sequential(nn.Conv3d(cin, cout, 3, stride=stride, padding=1), nn.InstanceNorm3d(cout), nn.PReLU())


def up(cin, cout, stride, is_top):
    conv = nn.ConvTranspose3d(cin, cout, 3, stride=stride, padding=1, output_padding=stride - 1)
    return conv if is_top else nn.Sequential(conv, nn.InstanceNorm3d(cout), nn.PReLU())


class UNet(nn.Module):
    def __init__(self, in_channels, out_channels, channels, strides):
        super().__init__()

        def block(inc, outc, channels, strides, is_top):
            c, s = channels[0], strides[0]
            if len(channels) > 2:
                sub, upc = block(c, c, channels[1:], strides[1:], False), 2 * c
            else:
                sub, upc = down(c, channels[1], 1), c + channels[1]
            return nn.Sequential(down(inc, c, s), SkipConnection(sub), up(upc, outc, s, is_top))

        self.model = block(in_channels, out_channels, channels, strides, True)

    def forward(self, x):
        return self.model(x)
