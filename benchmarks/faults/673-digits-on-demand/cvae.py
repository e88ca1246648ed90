"""A variational autoencoder that is told which digit to draw."""
import torch
from torch import nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, classes, latent):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1 + classes, 16, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.ReLU(), nn.Flatten(),
        )
        self.mean = nn.Linear(32 * 7 * 7, latent)
        self.log_variance = nn.Linear(32 * 7 * 7, latent)

    def forward(self, x, condition):
        planes = condition[:, :, None, None].expand(-1, -1, *x.shape[2:])
        h = self.conv(torch.cat([x, planes], dim=1))
        return self.mean(h), self.log_variance(h)


class Decoder(nn.Module):
    def __init__(self, classes, latent):
        super().__init__()
        self.fc = nn.Linear(latent, 32 * 7 * 7)
        self.deconv = nn.Sequential(
            nn.Unflatten(1, (32, 7, 7)), nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
        )

    def forward(self, z, condition):
        return self.deconv(self.fc(torch.cat([z, condition], dim=1)))


class CVAE(nn.Module):
    def __init__(self, classes=10, latent=12):
        super().__init__()
        self.classes, self.latent = classes, latent
        self.encoder = Encoder(classes, latent)
        self.decoder = Decoder(classes, latent)

    def forward(self, x, y):
        condition = F.one_hot(y, self.classes).to(x.dtype)
        mean, log_variance = self.encoder(x, condition)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return self.decoder(z, condition), mean, log_variance

    @torch.no_grad()
    def draw(self, y):
        condition = F.one_hot(y, self.classes).float()
        return torch.sigmoid(self.decoder(torch.randn(len(y), self.latent), condition))


def elbo(logits, x, mean, log_variance):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
    return (reconstruction + kl) / len(x)
