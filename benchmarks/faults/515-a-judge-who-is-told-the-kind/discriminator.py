import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm


class Block(nn.Module):
    """A residual block that may halve the picture."""

    def __init__(self, in_ch, out_ch, downsample=False):
        super().__init__()
        self.downsample = downsample
        self.c1 = spectral_norm(nn.Conv2d(in_ch, out_ch, 3, padding=1))
        self.c2 = spectral_norm(nn.Conv2d(out_ch, out_ch, 3, padding=1))
        self.c_sc = spectral_norm(nn.Conv2d(in_ch, out_ch, 1))

    def forward(self, x):
        h = self.c2(F.relu(self.c1(F.relu(x))))
        s = self.c_sc(x)
        return F.avg_pool2d(h, 2) + F.avg_pool2d(s, 2) if self.downsample else h + s


class SNResNetConcatDiscriminator(nn.Module):
    def __init__(self, num_features=8, num_classes=10, dim_emb=16):
        super().__init__()
        self.block1 = Block(3, num_features, downsample=True)
        self.block2 = Block(num_features, num_features * 2, downsample=True)
        self.block3 = Block(num_features * 2, num_features * 4, downsample=True)
        self.l_y = nn.Embedding(num_classes, dim_emb)
        self.block4 = Block(num_features * 4, num_features * 8, downsample=True)
        self.block5 = Block(num_features * 8, num_features * 8)
        self.l6 = spectral_norm(nn.Linear(num_features * 8, 1))

    def forward(self, x, y):
        h = self.block3(self.block2(self.block1(x)))
        emb = self.l_y(y)[:, :, None, None].expand(-1, -1, h.size(2), h.size(3))
        h = torch.cat((h, emb), dim=1)
        h = self.block5(self.block4(h))
        return self.l6(F.relu(h).sum(dim=(2, 3)))
