import torch
import torch.nn as nn
from torch import autograd

LAMBDA = 10
Z = 20


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()
        self.fc = nn.Linear(Z, 32 * 4 * 4)
        self.net = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(True),
            nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z):
        return self.net(self.fc(z).view(-1, 32, 4, 4))


class Critic(nn.Module):
    def __init__(self):
        super(Critic, self).__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 16, 4, 2, 1), nn.LeakyReLU(0.2, True),
            nn.Conv2d(16, 32, 4, 2, 1), nn.LeakyReLU(0.2, True))
        self.fc = nn.Linear(32 * 4 * 4, 1)

    def forward(self, x):
        return self.fc(self.net(x).view(x.size(0), -1)).view(-1)


def gradient_penalty(critic, real, fake):
    alpha = torch.rand(real.size(0), 1)
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    score = critic(mixed)
    grad = autograd.grad(outputs=score, inputs=mixed, grad_outputs=torch.ones(score.size()),
                         create_graph=True, retain_graph=True)[0]
    grad = grad.reshape(grad.size(0), -1)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean() * LAMBDA


def critic_step(critic, generator, optimizer, real):
    fake = generator(torch.randn(real.size(0), Z)).detach()
    loss = critic(fake).mean() - critic(real).mean() + gradient_penalty(critic, real, fake)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    critic, generator = Critic(), Generator()
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.9))
    for i in range(4):
        print(i, critic_step(critic, generator, optimizer, torch.rand(10, 3, 16, 16) * 2 - 1))
