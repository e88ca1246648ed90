from __future__ import print_function

import math

import torch
import torch.nn as nn
import torch.optim as optim
from torch.autograd import Variable

batch_size, nz, nh = 32, 4, 64


def real_samples(n):
    t = torch.rand(n) * math.pi
    side = (torch.rand(n) > 0.5).float()
    x = torch.cos(t) * (1 - 2 * side) + side
    y = torch.sin(t) * (1 - 2 * side) + 0.5 * side
    return torch.stack([x, y], 1) + 0.05 * torch.randn(n, 2)


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()
        self.main = nn.Sequential(nn.Linear(nz, nh), nn.ReLU(True), nn.Linear(nh, nh), nn.ReLU(True), nn.Linear(nh, 2))

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(
            nn.Linear(2, nh), nn.LeakyReLU(0.2, True), nn.Linear(nh, nh), nn.LeakyReLU(0.2, True), nn.Linear(nh, 1), nn.Sigmoid()
        )

    def forward(self, x):
        return self.main(x)


criterion = nn.BCELoss()


def step(netD, netG, optimizerD, optimizerG, real):
    n = real.size(0)
    label_real = Variable(torch.ones(n))
    label_fake = Variable(torch.zeros(n))

    netD.zero_grad()
    errD_real = criterion(netD(Variable(real)), label_real)
    errD_real.backward()
    fake = netG(Variable(torch.randn(n, nz)))
    errD_fake = criterion(netD(fake.detach()), label_fake)
    errD_fake.backward()
    optimizerD.step()

    netG.zero_grad()
    errG = criterion(netD(fake), label_real)
    errG.backward()
    optimizerG.step()
    return errD_real.item() + errD_fake.item(), errG.item()


if __name__ == '__main__':
    torch.manual_seed(0)
    netG, netD = Generator(), Discriminator()
    optimizerD = optim.Adam(netD.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizerG = optim.Adam(netG.parameters(), lr=1e-3, betas=(0.5, 0.999))
    for i in range(60):
        errD, errG = step(netD, netG, optimizerD, optimizerG, real_samples(batch_size))
        if i % 20 == 0:
            print('[%d] Loss_D: %.4f Loss_G: %.4f' % (i, errD, errG))
