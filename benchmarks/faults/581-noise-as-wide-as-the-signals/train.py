"""Learn what the sensors of a plant look like on a good day."""
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from madgan.engine import train_one_epoch
from madgan.models import Discriminator, Generator

CONFIG = dict(latent_dim=16, hidden_units=24, window=20, stride=5, batch_size=8, epochs=3, lr=5e-3)


class WindowDataset(Dataset):
    """Windows of four sensors."""

    def __init__(self, length=300, window=20, stride=5):
        t = torch.arange(length) / 8
        series = torch.stack([torch.sin(t), torch.cos(t), torch.sin(2 * t), torch.sin(t + math.pi / 3)], dim=1)
        self.series = 0.8 * series + 0.05 * torch.randn(length, 4)
        self.window, self.starts = window, range(0, length - window + 1, stride)

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, i):
        return self.series[self.starts[i]: self.starts[i] + self.window]


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = WindowDataset(window=CONFIG["window"], stride=CONFIG["stride"])
    loader = DataLoader(dataset, CONFIG["batch_size"], shuffle=True)
    n_features = dataset[0].size(-1)
    generator = Generator(CONFIG["latent_dim"], CONFIG["hidden_units"], n_features)
    discriminator = Discriminator(n_features, CONFIG["hidden_units"])
    optimizers = [torch.optim.Adam(net.parameters(), CONFIG["lr"]) for net in (generator, discriminator)]
    for epoch in range(CONFIG["epochs"]):
        g, d = train_one_epoch(generator, discriminator, loader, nn.BCELoss(), n_features, optimizers)
        print(f"epoch {epoch + 1}: generator {g:.3f}, discriminator {d:.3f}")
