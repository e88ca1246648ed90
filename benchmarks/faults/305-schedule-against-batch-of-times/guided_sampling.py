"""Sampling where the guidance is only switched on for a part of the noise levels."""
import torch
from torch import nn


class Denoiser(nn.Module):
    def __init__(self, dim=12, classes=3):
        super().__init__()
        self.label = nn.Embedding(classes + 1, dim)
        self.net = nn.Sequential(nn.Linear(2 * dim + 1, 48), nn.SiLU(), nn.Linear(48, dim))

    def forward(self, x, sigma, label):
        return self.net(torch.cat([x, self.label(label), sigma.log()[:, None]], dim=-1))


class ScheduledGuider:
    def __init__(self, model, sigmas, scale=4.0, start=0.2, end=0.8, null_label=3):
        self.model = model
        self.sigmas = sigmas
        self.scale = scale
        self.start, self.end = start, end
        self.null_label = null_label

    def progress(self, sigma):
        matched = torch.isclose(self.sigmas, sigma)
        index = matched.nonzero()[0].item()
        return index / (len(self.sigmas) - 1)

    def __call__(self, x, sigma, label):
        wanted = self.model(x, sigma, label)
        if not self.start <= self.progress(sigma) <= self.end:
            return wanted
        free = self.model(x, sigma, torch.full_like(label, self.null_label))
        return free + self.scale * (wanted - free)


@torch.no_grad()
def sample(guider, x, label):
    x = x * guider.sigmas[0]
    for now, then in zip(guider.sigmas[:-1], guider.sigmas[1:]):
        sigma = now.expand(x.shape[0])
        clean = guider(x, sigma, label)
        x = clean + (x - clean) * then / now
    return x


if __name__ == "__main__":
    torch.manual_seed(0)
    sigmas = torch.logspace(1, -1, 9)
    guider = ScheduledGuider(Denoiser(), sigmas)
    drawn = sample(guider, torch.randn(4, 12), torch.tensor([0, 1, 2, 0]))
    print(drawn.mean(dim=1))
