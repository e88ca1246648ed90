"""Train faces from voices."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from data.faces import Youtubers
from models import Discriminator, Generator


class Trainer:
    def __init__(self, batch_size=4, epochs=2, lr=2e-4):
        self.dataset = Youtubers()
        self.data_loader = DataLoader(self.dataset, batch_size, shuffle=True)
        self.generator, self.discriminator = Generator(self.dataset.audio_length), Discriminator()
        self.optim_g = torch.optim.Adam(self.generator.parameters(), lr, (0.5, 0.999))
        self.optim_d = torch.optim.Adam(self.discriminator.parameters(), lr, (0.5, 0.999))
        self.epochs = epochs

    def train(self):
        seen = []
        for epoch in range(self.epochs):
            for sample in self.data_loader:
                wav, face = sample["wav"], sample["face"]
                fake = self.generator(wav)
                real_score, fake_score = self.discriminator(face), self.discriminator(fake.detach())
                loss_d = ((real_score - 1) ** 2).mean() + (fake_score ** 2).mean()
                self.optim_d.zero_grad()
                loss_d.backward()
                self.optim_d.step()
                loss_g = ((self.discriminator(fake) - 1) ** 2).mean() + nn.functional.l1_loss(fake, face)
                self.optim_g.zero_grad()
                loss_g.backward()
                self.optim_g.step()
                seen += sample["identity"].tolist()
            print(f"epoch {epoch}: discriminator {loss_d.item():.3f}, generator {loss_g.item():.3f}")
        return seen


if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = Trainer()
    seen = trainer.train()
