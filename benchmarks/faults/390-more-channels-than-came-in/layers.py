"""Convolutions by name of their padding, for mobile networks."""
from torch import nn


def get_padding(kernel_size, stride=1, dilation=1):
    return ((stride - 1) + dilation * (kernel_size - 1)) // 2


def create_conv2d(in_channels, out_channels, kernel_size, stride=1, dilation=1, padding="", depthwise=False, bias=False):
    """A convolution; a depthwise one looks at each channel that comes in by itself."""
    groups = out_channels if depthwise else 1
    if padding == "":
        padding = get_padding(kernel_size, stride, dilation)
    return nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding,
                     dilation=dilation, groups=groups, bias=bias)
