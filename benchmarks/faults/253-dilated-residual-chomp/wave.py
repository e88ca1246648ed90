"""Autoregressive waveform model; sample t may only depend on the samples up to t."""
import torch
import torch.nn as nn


class GatedBlock(nn.Module):

    def __init__(self, channels, skip_channels, kernel_size, dilation):
        super(GatedBlock, self).__init__()
        self.reach = (kernel_size - 1) * dilation
        self.filter_conv = nn.Conv1d(channels, channels, kernel_size,
                                     padding=self.reach, dilation=dilation)
        self.gate_conv = nn.Conv1d(channels, channels, kernel_size,
                                   padding=self.reach, dilation=dilation)
        self.skip_conv = nn.Conv1d(channels, skip_channels, 1)
        self.residual_conv = nn.Conv1d(channels, channels, 1)

    def forward(self, x):
        gated = torch.tanh(self.filter_conv(x)) * torch.sigmoid(self.gate_conv(x))
        return self.residual_conv(gated) + x, self.skip_conv(gated)


class WaveStack(nn.Module):

    def __init__(self, channels=16, skip_channels=24, levels=64, dilations=(1, 2, 4, 8)):
        super(WaveStack, self).__init__()
        self.first = nn.Conv1d(1, channels, 1)
        self.blocks = nn.ModuleList(
            GatedBlock(channels, skip_channels, kernel_size=3, dilation=d) for d in dilations)
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv1d(skip_channels, skip_channels, 1),
            nn.ReLU(), nn.Conv1d(skip_channels, levels, 1))

    def forward(self, x):
        x = self.first(x)
        total = 0
        for block in self.blocks:
            x, skip = block(x)
            total = total + skip
        return self.head(total)
