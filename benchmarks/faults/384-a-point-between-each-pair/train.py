"""One step of a Wasserstein critic with a gradient penalty on pairs of a picture and its restoration."""
import argparse

import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self, channels=6, width=8):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 1, 3, 1, 1))

    def forward(self, x):
        return self.body(x)


def calc_gradient_penalty(critic, real, fake, opt):
    """The norm of the critic's gradient shall be one at a random point between every real sample and its fake.

    Each sample has a point of its own.
    """
    alpha = torch.rand(opt.batch_size, 1)
    alpha = alpha.expand(real.size())
    interpolates = alpha * real + (1 - alpha) * fake
    interpolates.requires_grad_(True)
    out = critic(interpolates)
    gradients = torch.autograd.grad(out, interpolates, torch.ones_like(out), create_graph=True)[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean() * opt.lambda_gp


def step(critic, generator, optimizer, bad, good, opt):
    with torch.no_grad():
        fake = generator(bad)
    real_ab, fake_ab = torch.cat((bad, good), 1), torch.cat((bad, fake), 1)
    loss = critic(fake_ab).mean() - critic(real_ab).mean()
    loss = loss + calc_gradient_penalty(critic, real_ab, fake_ab, opt)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch_size", type=int, default=1)
    parser.add_argument("--lambda_gp", type=float, default=10.0)
    opt = parser.parse_args()
    torch.manual_seed(0)
    critic, generator = Critic(), nn.Conv2d(3, 3, 3, padding=1)
    optimizer = torch.optim.Adam(critic.parameters(), 1e-4)
    bad, good = torch.rand(opt.batch_size, 3, 16, 16), torch.rand(opt.batch_size, 3, 16, 16)
    print(step(critic, generator, optimizer, bad, good, opt))
