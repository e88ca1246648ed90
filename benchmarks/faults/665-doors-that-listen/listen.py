"""Spot commands in one second of sound at 8 kHz."""
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

RATE, COMMANDS = 8000, ("open", "close", "lock", "stop")


def mel_filters(n_fft, n_mels, rate):
    to_mel = lambda f: 2595 * math.log10(1 + f / 700)
    mels = torch.linspace(to_mel(50), to_mel(rate / 2), n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    freqs = torch.linspace(0, rate / 2, n_fft // 2 + 1)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return torch.minimum((freqs - low) / (mid - low), (high - freqs) / (high - mid)).clamp(min=0)


class LogMel(nn.Module):
    def __init__(self, n_fft=256, hop=128, n_mels=24, rate=RATE):
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.register_buffer("window", torch.hann_window(n_fft))
        self.register_buffer("filters", mel_filters(n_fft, n_mels, rate))

    def forward(self, wave):
        spectrum = torch.stft(wave, self.n_fft, self.hop, window=self.window, return_complex=True).abs() ** 2
        return torch.log(self.filters @ spectrum + 1e-6)


class CommandNet(nn.Module):
    def __init__(self, commands=len(COMMANDS)):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d((6, 1)),
        )
        self.classifier = nn.Linear(16 * 6, commands)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Commands(Dataset):
    """A tone for each command, in noise."""

    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(0, len(COMMANDS), (count,), generator=g)
        t = torch.arange(RATE) / RATE
        tones = torch.sin(2 * math.pi * (300 + 400 * self.labels[:, None]) * t)
        self.waves = tones + 0.5 * torch.randn(count, RATE, generator=g)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.waves[i], self.labels[i]


def train(model, frontend, loader, epochs=3):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(epochs):
        hits = 0
        for wave, label in loader:
            mel = frontend(wave)
            logits = model(mel)
            loss = nn.functional.cross_entropy(logits, label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            hits += (logits.argmax(1) == label).sum().item()
        print(f"epoch {epoch}: {hits / len(loader.dataset):.2f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    frontend, model = LogMel(), CommandNet()
    train(model, frontend, DataLoader(Commands(96, seed=1), batch_size=16, shuffle=True))
