"""Dilated convolutions over time and diffusion over the roads between sensors."""
import torch
import torch.nn.functional as F
from torch import nn


class GCN(nn.Module):
    def __init__(self, c_in, c_out, supports, order=2):
        super().__init__()
        self.order = order
        self.mlp = nn.Conv2d((order * supports + 1) * c_in, c_out, kernel_size=(1, 1))

    def forward(self, x, support):
        out = [x]
        for a in support:
            step = x
            for _ in range(self.order):
                step = torch.einsum("ncvl,vw->ncwl", step, a)
                out.append(step)
        return self.mlp(torch.cat(out, dim=1))


class GraphWaveNet(nn.Module):
    def __init__(self, supports, in_dim=2, out_dim=12, residual_channels=8, dilation_channels=8,
                 skip_channels=16, end_channels=32, kernel_size=2, blocks=2, layers=2):
        super().__init__()
        self.supports, self.blocks, self.layers = supports, blocks, layers
        self.start_conv = nn.Conv2d(in_dim, residual_channels, kernel_size=(1, 1))
        self.filter_convs, self.gate_convs = nn.ModuleList(), nn.ModuleList()
        self.skip_convs, self.bn, self.gconv = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        receptive_field = 1
        for _ in range(blocks):
            dilation = 1
            for _ in range(layers):
                self.filter_convs.append(nn.Conv2d(residual_channels, dilation_channels, kernel_size=(1, kernel_size), dilation=dilation))
                self.gate_convs.append(nn.Conv2d(residual_channels, dilation_channels, kernel_size=(1, kernel_size), dilation=dilation))
                self.skip_convs.append(nn.Conv1d(dilation_channels, skip_channels, kernel_size=(1, 1)))
                self.gconv.append(GCN(dilation_channels, residual_channels, len(supports)))
                self.bn.append(nn.BatchNorm2d(residual_channels))
                receptive_field += dilation * (kernel_size - 1)
                dilation *= 2
        self.receptive_field = receptive_field
        self.end_conv_1 = nn.Conv2d(skip_channels, end_channels, kernel_size=(1, 1))
        self.end_conv_2 = nn.Conv2d(end_channels, out_dim, kernel_size=(1, 1))

    def forward(self, x):
        """(batch, features, sensors, steps) becomes (batch, horizon, sensors, 1)."""
        if x.size(3) < self.receptive_field:
            x = F.pad(x, (self.receptive_field - x.size(3), 0, 0, 0))
        x = self.start_conv(x)
        skip = 0
        for i in range(self.blocks * self.layers):
            residual = x
            x = torch.tanh(self.filter_convs[i](residual)) * torch.sigmoid(self.gate_convs[i](residual))
            s = self.skip_convs[i](x)
            skip = s if i == 0 else s + skip[:, :, :, -s.size(3):]
            x = self.gconv[i](x, self.supports)
            x = self.bn[i](x + residual[:, :, :, -x.size(3):])
        x = F.relu(self.end_conv_1(F.relu(skip)))
        return self.end_conv_2(x)
