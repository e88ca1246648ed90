"""A VAE of pictures of 64 by 64: five halvings leave a square of two by two of the last channels."""
import torch
from torch import nn


class SquareVAE(nn.Module):
    def __init__(self, colours=3, latent=8, channels=(4, 8, 8, 16, 32)):
        super().__init__()
        down, up, last = [], [], colours
        for c in channels:
            down += [nn.Conv2d(last, c, 3, stride=2, padding=1), nn.LeakyReLU()]
            up = [nn.ConvTranspose2d(c, last, 4, stride=2, padding=1), nn.LeakyReLU()] + up
            last = c
        self.bottom = last
        self.down = nn.Sequential(*down)
        self.up = nn.Sequential(*up[:-1])
        self.tell = nn.Linear(last * 4, 2 * latent)
        self.recall = nn.Linear(latent, last * 4)

    def encode(self, x):
        return self.tell(self.down(x).flatten(1)).chunk(2, dim=1)

    def decode(self, z):
        return torch.tanh(self.up(self.recall(z).view(-1, self.bottom, 2, 2)))

    def forward(self, x):
        mean, log_var = self.encode(x)
        z = mean + torch.randn_like(mean) * torch.exp(log_var / 2)
        return self.decode(z), mean, log_var


def loss_of(made, x, mean, log_var, beta=4.0):
    kld = 0.5 * (mean ** 2 + log_var.exp() - log_var - 1).sum(dim=1)
    return nn.functional.mse_loss(made, x) + beta * kld.mean(dim=0) / x[0].numel()


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.rand(2, 3, 64, 64)
    made, mean, log_var = SquareVAE()(x)
    print(made.shape, loss_of(made, x, mean, log_var).item())
