import argparse

import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--n_steps", type=int, default=2, help="number of steps of training")
parser.add_argument("--batch_size", type=int, default=8, help="size of the batches")
parser.add_argument("--lr", type=float, default=0.0002, help="adam: learning rate")
parser.add_argument("--latent_dim", type=int, default=16, help="dimensionality of the latent space")
parser.add_argument("--img_size", type=int, default=28, help="size of each image dimension")
parser.add_argument("--channels", type=int, default=1, help="number of image channels")
opt = parser.parse_args()


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()
        self.init_size = opt.img_size // 4
        self.l1 = nn.Sequential(nn.Linear(opt.latent_dim, 32 * self.init_size ** 2))
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(32),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 32, 3, stride=1, padding=1), nn.BatchNorm2d(32, 0.8), nn.LeakyReLU(0.2, inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 16, 3, stride=1, padding=1), nn.BatchNorm2d(16, 0.8), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, opt.channels, 3, stride=1, padding=1), nn.Tanh())

    def forward(self, z):
        out = self.l1(z)
        return self.conv_blocks(out.view(out.shape[0], 32, self.init_size, self.init_size))


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()

        def block(i, o):
            return [nn.Conv2d(i, o, 3, 2, 1), nn.LeakyReLU(0.2, inplace=True), nn.Dropout2d(0.25)]

        self.model = nn.Sequential(*block(opt.channels, 8), *block(8, 16), *block(16, 32), *block(32, 32))
        # height and width of the last map
        ds_size = opt.img_size // 2 ** 4
        self.adv_layer = nn.Sequential(nn.Linear(32 * ds_size ** 2, 1), nn.Sigmoid())

    def forward(self, img):
        out = self.model(img)
        return self.adv_layer(out.view(out.shape[0], -1))


generator, discriminator, bce = Generator(), Discriminator(), nn.BCELoss()
opt_g = torch.optim.Adam(generator.parameters(), lr=opt.lr)
opt_d = torch.optim.Adam(discriminator.parameters(), lr=opt.lr)
for step in range(opt.n_steps):
    imgs = torch.rand(opt.batch_size, opt.channels, opt.img_size, opt.img_size) * 2 - 1
    valid, fake = torch.ones(opt.batch_size, 1), torch.zeros(opt.batch_size, 1)
    gen = generator(torch.randn(opt.batch_size, opt.latent_dim))
    g_loss = bce(discriminator(gen), valid)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    d_loss = (bce(discriminator(imgs), valid) + bce(discriminator(gen.detach()), fake)) / 2
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    print("[step %d] d %.3f g %.3f" % (step, d_loss.item(), g_loss.item()))
