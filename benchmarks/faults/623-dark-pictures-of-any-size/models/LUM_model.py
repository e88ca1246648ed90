"""Splits a dark picture into what is there and how it is lit."""
import torch
from torch import nn


def block(in_ch, out_ch):
    return nn.Sequential(
        nn.Conv2d(in_ch, out_ch, 3, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(out_ch, out_ch, 3, padding=1), nn.LeakyReLU(0.2),
    )


class DecomNet(nn.Module):
    def __init__(self, ch=8):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = block(3, ch), block(ch, 2 * ch), block(2 * ch, 4 * ch)
        self.pool = nn.MaxPool2d(2)
        self.up4 = nn.ConvTranspose2d(4 * ch, 2 * ch, 2, stride=2)
        self.conv4 = block(4 * ch, 2 * ch)
        self.up5 = nn.ConvTranspose2d(2 * ch, ch, 2, stride=2)
        self.conv5 = block(2 * ch, ch)
        self.reflectance = nn.Conv2d(ch, 3, 1)
        self.illumination = nn.Conv2d(ch, 1, 1)

    def forward(self, x):
        x1 = self.conv1(x)
        x2 = self.conv2(self.pool(x1))
        x3 = self.conv3(self.pool(x2))
        x4 = self.up4(x3)
        cat4 = torch.cat((x4, x2), dim=1)
        x5 = self.up5(self.conv4(cat4))
        cat5 = torch.cat((x5, x1), dim=1)
        features = self.conv5(cat5)
        return torch.sigmoid(self.reflectance(features)), torch.sigmoid(self.illumination(features))
