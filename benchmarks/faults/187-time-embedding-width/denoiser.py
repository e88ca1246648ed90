import torch
import torch.nn as nn


class DoubleConv(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.GroupNorm(1, cout), nn.GELU(),
            nn.Conv2d(cout, cout, 3, padding=1, bias=False), nn.GroupNorm(1, cout))

    def forward(self, x):
        return self.net(x)


class Down(nn.Module):
    def __init__(self, cin, cout, emb_dim=256):
        super().__init__()
        self.conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(cin, cout))
        self.emb_layer = nn.Sequential(nn.SiLU(), nn.Linear(emb_dim, cout))

    def forward(self, x, t):
        return self.conv(x) + self.emb_layer(t)[:, :, None, None]


class Up(nn.Module):
    def __init__(self, cin, cout, emb_dim=256):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        self.conv = DoubleConv(cin, cout)
        self.emb_layer = nn.Sequential(nn.SiLU(), nn.Linear(emb_dim, cout))

    def forward(self, x, skip, t):
        x = self.conv(torch.cat([skip, self.up(x)], dim=1))
        return x + self.emb_layer(t)[:, :, None, None]


class Denoiser(nn.Module):
    """predicts the noise in x_t; t holds one integer step for each image"""

    def __init__(self, c_in=3, c_out=3, time_dim=256):
        super().__init__()
        self.time_dim = time_dim
        self.inc = DoubleConv(c_in, 16)
        self.down1 = Down(16, 32)
        self.down2 = Down(32, 32)
        self.up1 = Up(64, 16)
        self.up2 = Up(32, 16)
        self.outc = nn.Conv2d(16, c_out, kernel_size=1)

    def pos_encoding(self, t, channels):
        inv_freq = 1.0 / (10000 ** (torch.arange(0, channels, 2, device=t.device).float() / channels))
        a = t.unsqueeze(-1).float() * inv_freq
        return torch.cat([a.sin(), a.cos()], dim=-1)

    def forward(self, x, t):
        t = self.pos_encoding(t, self.time_dim)
        x1 = self.inc(x)
        x2 = self.down1(x1, t)
        x3 = self.down2(x2, t)
        x = self.up1(x3, x2, t)
        x = self.up2(x, x1, t)
        return self.outc(x)
