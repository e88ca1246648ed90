"""Pictures of one kind become pictures of another: down, a row of residual blocks, and up again."""
import torch
from torch import nn


def norm_layer(channels):
    return nn.InstanceNorm2d(channels, affine=False)


class ResidualBlock(nn.Module):
    def __init__(self, dim, use_dropout=False):
        super().__init__()
        layers = [nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3), norm_layer(dim), nn.ReLU(True)]
        if use_dropout:
            layers.append(nn.Dropout(0.5))
        layers += [nn.ReflectionPad2d(1), nn.Conv2d(dim, dim, 3), norm_layer(dim)]
        self.block = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.block(x)


class ResnetGenerator(nn.Module):
    def __init__(self, input_nc=3, output_nc=3, ngf=8, num_blocks=3, use_dropout=False):
        super().__init__()
        layers = [nn.ReflectionPad2d(3), nn.Conv2d(input_nc, ngf, 7), norm_layer(ngf), nn.ReLU(True)]
        dim = ngf
        for _ in range(2):
            layers += [nn.Conv2d(dim, dim * 2, 3, 2, 1), norm_layer(dim * 2), nn.ReLU(True)]
            dim *= 2
        layers += [ResidualBlock(dim, use_dropout) for _ in range(num_blocks)]
        for _ in range(2):
            layers += [nn.ConvTranspose2d(dim, dim // 2, 3, 2, 1, 1), norm_layer(dim // 2), nn.ReLU(True)]
            dim //= 2
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(output_nc, ngf, 7), nn.Tanh()]
        self.res_model = nn.Sequential(*layers)

    def forward(self, x):
        return self.res_model(x)


class NLayerDiscriminator(nn.Module):
    def __init__(self, input_nc=3, ndf=8, n_layers=2):
        super().__init__()
        layers = [nn.Conv2d(input_nc, ndf, 4, 2, 1), nn.LeakyReLU(0.2, True)]
        for n in range(n_layers):
            dim = ndf * 2 ** n
            layers += [nn.Conv2d(dim, dim * 2, 4, 2, 1), norm_layer(dim * 2), nn.LeakyReLU(0.2, True)]
        self.dis_model = nn.Sequential(*layers, nn.Conv2d(ndf * 2 ** n_layers, 1, 4, 1, 1))

    def forward(self, x):
        return self.dis_model(x)


class Cycle(nn.Module):
    """From A to B and back, and what the discriminator of B thinks of it."""

    def __init__(self, nc_a=3, nc_b=3, ngf=8):
        super().__init__()
        self.Gab, self.Gba = ResnetGenerator(nc_a, nc_b, ngf), ResnetGenerator(nc_b, nc_a, ngf)
        self.Db = NLayerDiscriminator(nc_b, ngf)

    def forward(self, a):
        b_fake = self.Gab(a)
        return b_fake, self.Gba(b_fake), self.Db(b_fake)
