"""Generator of an auxiliary-classifier GAN."""
import torch
from torch import nn

NOISE, LABEL, CLASSES = 100, 40, 10


class Generator(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.embedding = nn.Embedding(CLASSES, LABEL)
        self.net = nn.Sequential(
            nn.LazyConvTranspose2d(4 * width, 4), nn.BatchNorm2d(4 * width), nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh())

    def forward(self, noise, label):
        x = torch.mul(noise, self.embedding(label))
        return self.net(x[:, :, None, None])


class Discriminator(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2),
                                  nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2),
                                  nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.real = nn.Linear(2 * width, 1)
        self.classes = nn.Linear(2 * width, CLASSES)

    def forward(self, x):
        h = self.body(x)
        return self.real(h).squeeze(1), self.classes(h)


if __name__ == "__main__":
    torch.manual_seed(0)
    generator, discriminator = Generator(), Discriminator()
    labels = torch.randint(CLASSES, (8,))
    fake = generator(torch.randn(8, NOISE), labels)
    real, classes = discriminator(fake)
    print(real.shape, classes.shape)
