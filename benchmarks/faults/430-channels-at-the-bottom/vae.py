"""A convolutional VAE with a stage for each given width; a stage halves the picture, and the last leaves 2 by 2 places."""
import torch
from torch import nn


def halve(inside, outside):
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride=2, padding=1), nn.BatchNorm2d(outside), nn.ELU())


def double(inside, outside):
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ELU())


class StageVAE(nn.Module):
    def __init__(self, colours=3, latent=10, widths=(8, 16, 32)):
        super().__init__()
        self.widths = tuple(widths)
        steps = list(zip((colours, *widths), widths))
        self.down = nn.Sequential(*(halve(a, b) for a, b in steps))
        self.mean = nn.Linear(4 * widths[-1], latent)
        self.spread = nn.Linear(4 * widths[-1], latent)
        self.widen = nn.Linear(latent, 4 * widths[-1])
        self.up = nn.Sequential(*(double(b, a) for a, b in steps[:0:-1]), double(widths[0], widths[0]))
        self.paint = nn.Sequential(nn.Conv2d(widths[0], colours, 3, padding=1), nn.Sigmoid())

    def encode(self, x):
        h = self.down(x).flatten(1)
        return self.mean(h), self.spread(h)

    def decode(self, z):
        h = self.widen(z).view(-1, 64, 2, 2)
        return self.paint(self.up(h))

    def forward(self, x):
        mean, log_var = self.encode(x)
        z = mean
        if self.training:
            z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
        return self.decode(z), mean, log_var


def evidence_loss(made, x, mean, log_var, weight=0.01):
    divergence = 0.5 * (mean.pow(2) + log_var.exp() - 1 - log_var).sum(dim=1).mean()
    return (made - x).pow(2).mean() + weight * divergence


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.rand(6, 3, 16, 16)
    vae = StageVAE()
    optimizer = torch.optim.Adam(vae.parameters(), lr=3e-3)
    for _ in range(3):
        made, mean, log_var = vae(x)
        loss = evidence_loss(made, x, mean, log_var)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 4))
