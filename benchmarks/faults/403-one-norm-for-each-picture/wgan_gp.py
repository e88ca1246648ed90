"""A Wasserstein critic whose gradient has to have the norm one, for grey pictures."""
import torch
from torch import autograd, nn


class Generator(nn.Module):
    def __init__(self, latent=8, width=8):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(latent, 2 * width, 4), nn.BatchNorm2d(2 * width), nn.ReLU(True),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU(True),
            nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Tanh())

    def forward(self, z):
        return self.main(z)


class Critic(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, 2, 1), nn.InstanceNorm2d(2 * width), nn.LeakyReLU(0.2))
        self.out = nn.Conv2d(2 * width, 1, 4)

    def forward(self, x):
        return self.out(self.main(x)).view(-1)


class WGAN_GP:
    def __init__(self, D, G, lambda_term=10.0):
        self.D, self.G, self.lambda_term = D, G, lambda_term
        self.d_optimizer = torch.optim.Adam(D.parameters(), 1e-4, betas=(0.5, 0.999))

    def calculate_gradient_penalty(self, real_images, fake_images):
        """The mean over the pictures of (norm of the gradient at a point between real and fake - 1) squared."""
        eta = torch.rand(real_images.size(0), 1, 1, 1)
        eta = eta.expand(real_images.size())
        interpolated = (eta * real_images + (1 - eta) * fake_images).requires_grad_(True)
        prob_interpolated = self.D(interpolated)
        gradients = autograd.grad(outputs=prob_interpolated, inputs=interpolated,
                                  grad_outputs=torch.ones(prob_interpolated.size()),
                                  create_graph=True, retain_graph=True)[0]
        grad_penalty = ((gradients.norm(2, dim=1) - 1) ** 2).mean() * self.lambda_term
        return grad_penalty

    def train_critic(self, images):
        with torch.no_grad():
            fake = self.G(torch.randn(images.size(0), 8, 1, 1))
        loss = self.D(fake).mean() - self.D(images).mean() + self.calculate_gradient_penalty(images, fake)
        self.d_optimizer.zero_grad()
        loss.backward()
        self.d_optimizer.step()
        return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    gan = WGAN_GP(Critic(), Generator())
    for _ in range(3):
        print("%.2f" % gan.train_critic(torch.rand(6, 1, 16, 16) * 2 - 1))
