"""A diffusion process whose network gives noise and variance, sampled by the old loop or by a fast solver."""
import torch
from torch import nn


class TinyUNet(nn.Module):
    """Twice as many channels come out as went in if the variance is learned: the noise, then the variance."""

    def __init__(self, channels=3, learn_sigma=True):
        super().__init__()
        self.channels, self.learn_sigma = channels, learn_sigma
        self.time = nn.Linear(1, 8)
        self.enter = nn.Conv2d(channels, 8, 3, padding=1)
        self.leave = nn.Conv2d(8, channels * (2 if learn_sigma else 1), 3, padding=1)

    def forward(self, x, t):
        return self.leave(torch.tanh(self.enter(x) + self.time(t.float()[:, None] / 100)[:, :, None, None]))


class GaussianDiffusion:
    def __init__(self, steps=100):
        self.betas = torch.linspace(1e-3, 0.05, steps)
        self.alphas_bar = torch.cumprod(1 - self.betas, 0)

    def add_noise(self, x, noise, t):
        a = self.alphas_bar[t].view(-1, 1, 1, 1)
        return a.sqrt() * x + (1 - a).sqrt() * noise

    def training_loss(self, model, x):
        t, noise = torch.randint(0, len(self.betas), (len(x),)), torch.randn_like(x)
        out = model(self.add_noise(x, noise, t), t)
        if not model.learn_sigma:
            return (out - noise).pow(2).mean()
        out, variance = out.chunk(2, dim=1)
        return (out - noise).pow(2).mean() + 1e-3 * variance.pow(2).mean()


@torch.no_grad()
def fast_sample(diffusion, model, x, steps=5):
    """First-order solver: from x, which is noise, straight to the picture in a few steps."""
    times = torch.linspace(len(diffusion.betas) - 1, 0, steps + 1).long()
    for now, then in zip(times, times[1:]):
        a, b = diffusion.alphas_bar[now], diffusion.alphas_bar[then]
        noise = model(x, now.expand(len(x)))
        start = (x - (1 - a).sqrt() * noise) / a.sqrt()
        x = b.sqrt() * start + (1 - b).sqrt() * noise
    return x


if __name__ == "__main__":
    torch.manual_seed(0)
    diffusion, model = GaussianDiffusion(), TinyUNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(3):
        loss = diffusion.training_loss(model, torch.randn(4, 3, 8, 8))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(fast_sample(diffusion, model, torch.randn(2, 3, 8, 8)).shape)
