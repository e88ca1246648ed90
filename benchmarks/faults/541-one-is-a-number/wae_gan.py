"""An auto-encoder whose codes a discriminator cannot tell from a normal distribution."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

N_Z, DIM_H, SIGMA, LAMBDA, BATCH = 4, 12, 1.0, 10.0, 8


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, DIM_H, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(DIM_H, DIM_H, 4, 2, 1), nn.ReLU(), nn.Flatten(),
        )
        self.fc = nn.Linear(DIM_H * 4, N_Z)

    def forward(self, x):
        return self.fc(self.main(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Sequential(nn.Linear(N_Z, DIM_H * 4), nn.ReLU())
        self.main = nn.Sequential(
            nn.ConvTranspose2d(DIM_H, DIM_H, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(DIM_H, 1, 4, 2, 1), nn.Sigmoid(),
        )

    def forward(self, z):
        return self.main(self.proj(z).view(-1, DIM_H, 2, 2))


class Discriminator(nn.Module):
    """How likely it is that a code was drawn from the normal distribution."""

    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(N_Z, DIM_H), nn.ReLU(), nn.Linear(DIM_H, 1), nn.Sigmoid())

    def forward(self, z):
        return self.main(z)


def free_params(module, free):
    for p in module.parameters():
        p.requires_grad = free


if __name__ == "__main__":
    torch.manual_seed(0)
    pictures = torch.rand(24, 1, 8, 8).round()
    loader = DataLoader(TensorDataset(pictures), BATCH)
    encoder, decoder, discriminator = Encoder(), Decoder(), Discriminator()
    enc_optim = torch.optim.Adam(encoder.parameters(), lr=1e-2)
    dec_optim = torch.optim.Adam(decoder.parameters(), lr=1e-2)
    dis_optim = torch.optim.Adam(discriminator.parameters(), lr=5e-4)
    criterion = nn.MSELoss()

    one = torch.Tensor([1])
    mone = one * -1

    for epoch in range(2):
        for (images,) in loader:
            for net in (encoder, decoder, discriminator):
                net.zero_grad()

            free_params(decoder, False)
            free_params(encoder, False)
            free_params(discriminator, True)
            z_fake = torch.randn(len(images), N_Z) * SIGMA
            d_fake, d_real = discriminator(z_fake), discriminator(encoder(images))
            (torch.log(d_fake).mean()).backward(mone)
            (torch.log(1 - d_real).mean()).backward(mone)
            dis_optim.step()

            free_params(decoder, True)
            free_params(encoder, True)
            free_params(discriminator, False)
            z_real = encoder(images)
            recon_loss = criterion(decoder(z_real), images)
            d_loss = LAMBDA * torch.log(discriminator(encoder(images))).mean()
            recon_loss.backward(one)
            d_loss.backward(mone)
            enc_optim.step()
            dec_optim.step()
        print(f"epoch {epoch}: reconstruction {recon_loss.item():.4f}, penalty {d_loss.item():.4f}")
