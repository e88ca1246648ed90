"""Make sound from mel frames: noise is led to a wave, the frames tell it how, stretched to the length of the sound."""
import json

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Stretch(nn.Module):
    """Stretch the frames to samples by several factors one after another."""

    def __init__(self, mels, channels, factors):
        super().__init__()
        layers = []
        for i, factor in enumerate(factors):
            layers += [nn.Upsample(scale_factor=factor), nn.Conv1d(channels if i else mels, channels, 3, padding=1), nn.LeakyReLU(0.2)]
        self.net = nn.Sequential(*layers)
        self.scale, self.shift = nn.Conv1d(channels, channels, 1), nn.Conv1d(channels, channels, 1)

    def forward(self, mel):
        x = self.net(mel)
        return self.scale(x), self.shift(x)


class Vocoder(nn.Module):
    def __init__(self, mels, channels, upsample_factors):
        super().__init__()
        self.enter, self.leave = nn.Conv1d(1, channels, 5, padding=2), nn.Conv1d(channels, 1, 3, padding=1)
        self.stretch = Stretch(mels, channels, upsample_factors)

    def forward(self, wave, mel):
        scale, shift = self.stretch(mel)
        return self.leave(torch.relu(shift + scale * self.enter(wave)))


class Recordings(Dataset):
    """A mel frame for every hop_length samples."""

    def __init__(self, config, count=4):
        self.config, self.count = config, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        frames = self.config["segment_frames"]
        wave = torch.randn(1, frames * self.config["hop_length"])
        return wave, torch.randn(self.config["num_mels"], frames)


def build(config):
    return Vocoder(config["num_mels"], **config["model"])


if __name__ == "__main__":
    torch.manual_seed(0)
    with open("config.json") as file:
        config = json.load(file)
    model = build(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for wave, mel in DataLoader(Recordings(config), batch_size=2):
        noisy = 0.7 * wave + 0.7 * torch.randn_like(wave)
        loss = (model(noisy, mel) - wave).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(noisy.shape, round(loss.item(), 3))
