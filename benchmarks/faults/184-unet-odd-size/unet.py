import torch
import torch.nn as nn
import torch.nn.functional as F


class BaseConv(nn.Module):
    """two 3x3 convolutions, same padding"""

    def __init__(self, cin, cout):
        super(BaseConv, self).__init__()
        self.act = nn.ReLU()
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)

    def forward(self, x):
        return self.act(self.conv2(self.act(self.conv1(x))))


class Down(nn.Module):
    def __init__(self, cin, cout):
        super(Down, self).__init__()
        self.pool = nn.MaxPool2d(2)
        self.block = BaseConv(cin, cout)

    def forward(self, x):
        return self.block(self.pool(x))


class Up(nn.Module):
    def __init__(self, cin, cskip, cout):
        super(Up, self).__init__()
        self.up = nn.ConvTranspose2d(cin, cin, kernel_size=2, stride=2)
        self.block = BaseConv(cin + cskip, cout)

    def forward(self, x, skip):
        x = self.up(x)
        x = torch.cat((x, skip), dim=1)
        return self.block(x)


class UNet(nn.Module):
    def __init__(self, in_channels, n_class, width=8):
        super(UNet, self).__init__()
        w = width
        self.stem = BaseConv(in_channels, w)
        self.down1 = Down(w, 2 * w)
        self.down2 = Down(2 * w, 4 * w)
        self.down3 = Down(4 * w, 8 * w)
        self.up3 = Up(8 * w, 4 * w, 4 * w)
        self.up2 = Up(4 * w, 2 * w, 2 * w)
        self.up1 = Up(2 * w, w, w)
        self.head = nn.Conv2d(w, n_class, 1)

    def forward(self, x):
        s0 = self.stem(x)
        s1 = self.down1(s0)
        s2 = self.down2(s1)
        b = self.down3(s2)
        y = self.up3(b, s2)
        y = self.up2(y, s1)
        y = self.up1(y, s0)
        return F.log_softmax(self.head(y), 1)
