"""Is a voice real? Residual blocks over a picture of the sound, two directions of recurrence, and two scores."""
import torch
from torch import nn


class Residual_block2D(nn.Module):
    def __init__(self, nb_filts, first=False):
        super().__init__()
        self.first = first
        if not first:
            self.bn1 = nn.BatchNorm2d(nb_filts[0])
        self.lrelu = nn.LeakyReLU(0.3)
        self.conv1 = nn.Conv2d(nb_filts[0], nb_filts[1], 3, padding=1)
        self.bn2 = nn.BatchNorm2d(nb_filts[1])
        self.conv2 = nn.Conv2d(nb_filts[1], nb_filts[1], 3, padding=1)
        self.downsample = nb_filts[0] != nb_filts[1]
        if self.downsample:
            self.conv_downsample = nn.Conv2d(nb_filts[0], nb_filts[1], 1)
        self.mp = nn.MaxPool2d(2)

    def forward(self, x):
        out = x if self.first else self.lrelu(self.bn1(x))
        out = self.conv2(self.lrelu(self.bn2(self.conv1(out))))
        identity = self.conv_downsample(x) if self.downsample else x
        return self.mp(out + identity)


class SpecRNet(nn.Module):
    def __init__(self, filts=(1, 8, 16), gru_node=12, nb_gru_layer=2, nb_classes=1):
        super().__init__()
        self.first_bn = nn.BatchNorm2d(filts[0])
        self.block0 = Residual_block2D((filts[0], filts[1]), first=True)
        self.block2 = Residual_block2D((filts[1], filts[2]))
        self.block4 = Residual_block2D((filts[2], filts[2]))
        self.attention0, self.attention2, self.attention4 = (nn.Linear(f, f) for f in (filts[1], filts[2], filts[2]))
        self.pool = nn.AdaptiveAvgPool2d((1, None))
        self.gru = nn.GRU(filts[2], gru_node, nb_gru_layer, batch_first=True, bidirectional=True)
        self.fc1_gru = nn.Linear(gru_node * 2, gru_node * 2)
        self.fc2_gru = nn.Linear(gru_node * 2, nb_classes)

    def attend(self, x, layer):
        y = torch.sigmoid(layer(x.mean(dim=(2, 3)))).view(x.size(0), x.size(1), 1, 1)
        return x * y + y

    def forward(self, x):
        """(B, 1, coefficients, frames)"""
        x = torch.selu(self.first_bn(x))
        x = self.attend(self.block0(x), self.attention0)
        x = self.attend(self.block2(x), self.attention2)
        x = self.attend(self.block4(x), self.attention4)
        x = self.pool(x).squeeze(-2)
        x, _ = self.gru(x.permute(0, 2, 1))
        x = x[:, -1, :]
        return self.fc2_gru(self.fc1_gru(x))
