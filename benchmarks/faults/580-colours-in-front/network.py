"""U-Net."""
import torch
from torch import nn


def conv_block(ch_in, ch_out):
    return nn.Sequential(
        nn.Conv2d(ch_in, ch_out, 3, padding=1), nn.BatchNorm2d(ch_out), nn.ReLU(inplace=True),
        nn.Conv2d(ch_out, ch_out, 3, padding=1), nn.BatchNorm2d(ch_out), nn.ReLU(inplace=True),
    )


def up_conv(ch_in, ch_out):
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(ch_in, ch_out, 3, padding=1), nn.BatchNorm2d(ch_out), nn.ReLU(inplace=True))


class U_Net(nn.Module):
    def __init__(self, img_ch=3, output_ch=1, width=8):
        super().__init__()
        self.Maxpool = nn.MaxPool2d(2, 2)
        self.Conv1, self.Conv2, self.Conv3 = conv_block(img_ch, width), conv_block(width, 2 * width), conv_block(2 * width, 4 * width)
        self.Up3, self.Up_conv3 = up_conv(4 * width, 2 * width), conv_block(4 * width, 2 * width)
        self.Up2, self.Up_conv2 = up_conv(2 * width, width), conv_block(2 * width, width)
        self.Conv_1x1 = nn.Conv2d(width, output_ch, 1)

    def forward(self, x):
        x1 = self.Conv1(x)
        x2 = self.Conv2(self.Maxpool(x1))
        x3 = self.Conv3(self.Maxpool(x2))
        d3 = self.Up_conv3(torch.cat((x2, self.Up3(x3)), dim=1))
        d2 = self.Up_conv2(torch.cat((x1, self.Up2(d3)), dim=1))
        return self.Conv_1x1(d2)
