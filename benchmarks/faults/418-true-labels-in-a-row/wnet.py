"""Font transfer in adversarial training: judge real and made glyphs, and classify their fonts."""
import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self, fonts=5):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.LeakyReLU(0.2), nn.Flatten())
        self.real = nn.Sequential(nn.Linear(16 * 4 * 4, 1), nn.Sigmoid())
        self.font = nn.Linear(16 * 4 * 4, fonts)

    def forward(self, x):
        x = self.body(x)
        return self.real(x), self.font(x)


class CriticLoss(nn.Module):
    """out: what the critic says; real_label: 1 for a real glyph, 0 for a made one, of shape (batch,)."""

    def __init__(self, weight=1.0):
        super().__init__()
        self.weight = weight
        self.bce = nn.BCELoss()
        self.ce = nn.CrossEntropyLoss()

    def forward(self, out, real_label, font_label):
        real_loss = self.bce(out[0], real_label.float())
        font_loss = self.ce(out[1], font_label)
        return real_loss + self.weight * font_loss


def train(steps=4, batch=8):
    critic, criterion = Critic(), CriticLoss(0.5)
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
    for _ in range(steps):
        glyphs = torch.rand(batch, 1, 16, 16)
        real, fonts = torch.randint(0, 2, (batch,)), torch.randint(0, 5, (batch,))
        loss = criterion(critic(glyphs), real, fonts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    train()
