"""Down four times, up four times, and what was seen on the way down is joined on the way up."""
import torch
from torch import nn


class UNet(nn.Module):
    def __init__(self, in_channels=3, out_channels=1, width=8):
        super().__init__()
        w = width
        self.encoder1 = self.double_conv(in_channels, w)
        self.encoder2 = self.down(w, 2 * w)
        self.encoder3 = self.down(2 * w, 4 * w)
        self.encoder4 = self.down(4 * w, 8 * w)
        self.bottleneck = self.down(8 * w, 16 * w)

        self.decoder4 = self.up(16 * w, 8 * w)
        self.decoder3 = self.up(16 * w, 4 * w)
        self.decoder2 = self.up(8 * w, 2 * w)
        self.decoder1 = self.up(4 * w, w)
        self.output = nn.Conv2d(2 * w, out_channels, kernel_size=1)

    def double_conv(self, in_channels, out_channels):
        return nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def down(self, in_channels, out_channels):
        return nn.Sequential(nn.MaxPool2d(2), self.double_conv(in_channels, out_channels))

    def up(self, in_channels, out_channels):
        return nn.Sequential(
            nn.ConvTranspose2d(in_channels, out_channels, kernel_size=2, stride=2),
            self.double_conv(in_channels, out_channels),
        )

    def forward(self, x):
        enc1 = self.encoder1(x)
        enc2 = self.encoder2(enc1)
        enc3 = self.encoder3(enc2)
        enc4 = self.encoder4(enc3)
        bottleneck = self.bottleneck(enc4)

        dec4 = torch.cat([self.decoder4(bottleneck), enc4], dim=1)
        dec3 = torch.cat([self.decoder3(dec4), enc3], dim=1)
        dec2 = torch.cat([self.decoder2(dec3), enc2], dim=1)
        dec1 = torch.cat([self.decoder1(dec2), enc1], dim=1)
        return self.output(dec1)


class DiceLoss(nn.Module):
    def forward(self, logits, target, smooth=1.0):
        p, t = torch.sigmoid(logits).flatten(1), target.flatten(1)
        return 1 - ((2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth)).mean()
