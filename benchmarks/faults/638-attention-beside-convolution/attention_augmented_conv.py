"""A convolution whose maps stand beside maps of attention."""
import torch
from torch import nn


class AugmentedConv(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, dk, dv, Nh):
        super().__init__()
        self.dk, self.dv, self.Nh = dk, dv, Nh
        padding = (kernel_size - 1) // 2
        self.conv_out = nn.Conv2d(in_channels, out_channels - dv, kernel_size, padding=padding)
        self.qkv_conv = nn.Conv2d(in_channels, 2 * dk + dv, kernel_size, padding=padding)
        self.attn_out = nn.Conv2d(dv, dv, kernel_size=1)

    def forward(self, x):
        batch, _, height, width = x.size()
        conv_out = self.conv_out(x)
        flat_q, flat_k, flat_v = self.compute_flat_qkv(x)
        weights = torch.softmax(torch.matmul(flat_q.transpose(2, 3), flat_k), dim=-1)
        attn_out = torch.matmul(weights, flat_v.transpose(2, 3))
        attn_out = torch.reshape(attn_out, (batch, self.Nh, self.dv // self.Nh, height, width))
        attn_out = self.attn_out(self.combine_heads_2d(attn_out))
        return torch.cat((conv_out, attn_out), dim=1)

    def compute_flat_qkv(self, x):
        """Each (batch, heads, channels of a head, pixels)."""
        q, k, v = torch.split(self.qkv_conv(x), [self.dk, self.dk, self.dv], dim=1)
        q = q * (self.dk // self.Nh) ** -0.5
        return tuple(self.split_heads_2d(part).flatten(3) for part in (q, k, v))

    def split_heads_2d(self, x):
        batch, channels, height, width = x.size()
        return x.reshape(batch, self.Nh, channels // self.Nh, height, width)

    def combine_heads_2d(self, x):
        batch, Nh, channels, height, width = x.size()
        return x.reshape(batch, Nh * channels, height, width)
