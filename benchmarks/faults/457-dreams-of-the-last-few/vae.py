"""Pictures of 16 x 16 to a mean and a spread of few numbers, and back."""
from torch import nn


class VAE(nn.Module):
    def __init__(self, img_channels, latent_size):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(img_channels, 8, 4, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 4, stride=2), nn.ReLU(), nn.Flatten())
        self.fc_mu, self.fc_logsigma = nn.Linear(64, latent_size), nn.Linear(64, latent_size)
        self.decoder = nn.Sequential(nn.Linear(latent_size, img_channels * 256), nn.Sigmoid())

    def forward(self, x):
        h = self.encoder(x)
        mu, logsigma = self.fc_mu(h), self.fc_logsigma(h)
        return self.decoder(mu).view_as(x), mu, logsigma
