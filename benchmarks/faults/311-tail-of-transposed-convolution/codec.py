import torch
from torch import nn
import torch.nn.functional as F


class CausalConv1d(nn.Module):
    def __init__(self, cin, cout, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv1d(cin, cout, kernel, stride=stride)
        self.pad_length = kernel - stride

    def forward(self, x):
        return self.conv(F.pad(x, (self.pad_length, 0)))


class CausalConvTranspose1d(nn.Module):
    def __init__(self, cin, cout, kernel, stride):
        super().__init__()
        self.deconv = nn.ConvTranspose1d(cin, cout, kernel, stride=stride)
        self.stride = stride
        self.pad_length = kernel - stride

    def forward(self, x):
        return self.deconv(x)


class StreamCodec(nn.Module):
    """Adds to the recording what a narrow causal bottleneck knows about it."""

    def __init__(self, strides=(2, 3), width=8):
        super().__init__()
        down, up, c = [], [], 1
        for s in strides:
            down += [CausalConv1d(c, width, 2 * s, stride=s), nn.ELU()]
            c = width
        for s in reversed(strides):
            up += [CausalConvTranspose1d(width, width, 2 * s, stride=s), nn.ELU()]
        self.encoder = nn.Sequential(*down)
        self.decoder = nn.Sequential(*up, CausalConv1d(width, 1, 5))

    def forward(self, x):
        return x + self.decoder(self.encoder(x))
