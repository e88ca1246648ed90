"""Speech without noise: a mask for the magnitude, and a correction of both parts."""
import torch
from torch import nn


class DenseEncoder(nn.Module):
    def __init__(self, in_channel, channels):
        super().__init__()
        self.conv_1 = nn.Sequential(nn.Conv2d(in_channel, channels, 1), nn.InstanceNorm2d(channels, affine=True), nn.PReLU(channels))
        self.conv_2 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU(channels))

    def forward(self, x):
        x = self.conv_1(x)
        return x + self.conv_2(x)


class TSCB(nn.Module):
    """Attention along time, then along frequency."""

    def __init__(self, channels, heads=2):
        super().__init__()
        self.time = nn.TransformerEncoderLayer(channels, heads, channels * 2, 0.0, batch_first=True)
        self.freq = nn.TransformerEncoderLayer(channels, heads, channels * 2, 0.0, batch_first=True)

    def forward(self, x):
        b, c, t, f = x.shape
        x = self.time(x.permute(0, 3, 2, 1).reshape(b * f, t, c)).view(b, f, t, c)
        x = self.freq(x.transpose(1, 2).reshape(b * t, f, c)).view(b, t, f, c)
        return x.permute(0, 3, 1, 2)


class TSCNet(nn.Module):
    def __init__(self, num_channel=8):
        super().__init__()
        self.dense_encoder, self.tscb = DenseEncoder(3, num_channel), TSCB(num_channel)
        self.mask_decoder = nn.Conv2d(num_channel, 1, 1)
        self.complex_decoder = nn.Conv2d(num_channel, 2, 1)

    def forward(self, x):
        """Parts of a spectrum (B, 2, T, F); the parts of the estimate, (B, 1, T, F) each."""
        mag = torch.sqrt(x[:, :1] ** 2 + x[:, 1:] ** 2 + 1e-12)
        out = self.tscb(self.dense_encoder(torch.cat([mag, x], dim=1)))
        ratio = torch.sigmoid(self.mask_decoder(out))
        complex_out = self.complex_decoder(out)
        return ratio * x[:, :1] + complex_out[:, :1], ratio * x[:, 1:] + complex_out[:, 1:]
