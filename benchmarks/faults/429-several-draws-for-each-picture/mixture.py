"""A VAE of two modalities, pictures and tags: each modality is drawn from several times, and every draw gives both."""
import torch
from torch import nn
from torch.distributions import Normal


class PictureEncoder(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 4, stride=4)
        self.out = nn.Linear(8 * 4 * 4, 2 * latent)

    def forward(self, x):
        mean, log_scale = self.out(torch.relu(self.conv(x)).flatten(1)).chunk(2, dim=1)
        return Normal(mean, log_scale.exp())


class TagEncoder(nn.Module):
    def __init__(self, tags, latent):
        super().__init__()
        self.out = nn.Linear(tags, 2 * latent)

    def forward(self, x):
        mean, log_scale = self.out(x).chunk(2, dim=1)
        return Normal(mean, log_scale.exp())


class PictureDecoder(nn.Module):
    """A picture for each row of (batch, latent)."""

    def __init__(self, latent):
        super().__init__()
        self.fc = nn.Linear(latent, 8 * 4 * 4)
        self.conv = nn.ConvTranspose2d(8, 1, 4, stride=4)

    def forward(self, z):
        h = torch.relu(self.fc(z)).view(z.shape[0], 8, 4, 4)
        return self.conv(h)


class TagDecoder(nn.Module):
    """Probabilities of the tags for each row of (batch, latent)."""

    def __init__(self, tags, latent):
        super().__init__()
        self.out = nn.Linear(latent, tags)

    def forward(self, z):
        return torch.sigmoid(self.out(z))


class MixtureVAE(nn.Module):
    """For either source what it says of pictures and tags: (draws, batch, ...)."""

    def __init__(self, tags=6, latent=5, draws=3):
        super().__init__()
        self.draws = draws
        self.encoders = nn.ModuleDict({"picture": PictureEncoder(latent), "tag": TagEncoder(tags, latent)})
        self.decoders = nn.ModuleDict({"picture": PictureDecoder(latent), "tag": TagDecoder(tags, latent)})

    def forward(self, pictures, tags):
        given = {"picture": pictures, "tag": tags}
        found = {}
        for source, encoder in self.encoders.items():
            z = encoder(given[source]).rsample([self.draws])
            for target, decoder in self.decoders.items():
                found[f"{source} to {target}"] = decoder(z)
        return found


if __name__ == "__main__":
    torch.manual_seed(0)
    for name, value in MixtureVAE()(torch.rand(4, 1, 16, 16), torch.rand(4, 6)).items():
        print(name, value.shape)
