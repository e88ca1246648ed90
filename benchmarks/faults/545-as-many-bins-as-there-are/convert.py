"""One voice becomes another: spectrograms are cut into pieces, and a critic learns to tell the voices apart."""
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from audio import MelScale, Spectrogram

HOP, SR, SHAPE = 16, 1600, 6
MIN_LEVEL_DB, REF_LEVEL_DB = -100, 20

specobj = Spectrogram(n_fft=6 * HOP, hop_length=HOP)
melobj = MelScale(n_mels=HOP, sample_rate=SR, f_min=0.0)


def melspecfunc(waveform):
    return melobj(specobj(waveform))


def normalize(S):
    return torch.clip((((S - MIN_LEVEL_DB) / -MIN_LEVEL_DB) * 2.0) - 1.0, -1, 1)


def prep(wave):
    S = melspecfunc(wave)
    S = 10 * torch.log10(S.clamp(min=1e-5)) - REF_LEVEL_DB
    return normalize(S)


def speak(pitch, count, seconds=0.4):
    time = torch.arange(int(SR * seconds)) / SR
    shift = torch.rand(count, 1) * 6
    return torch.sin(2 * math.pi * pitch * time + shift) + 0.1 * torch.randn(count, len(time))


def splitcut(specs):
    pieces = [s[:, i * SHAPE:(i + 1) * SHAPE] for s in specs for i in range(s.size(1) // SHAPE)]
    return torch.stack(pieces)[:, None]


class Critic(nn.Module):
    def __init__(self, mels, shape, width=6):
        super().__init__()
        self.conv = nn.Conv2d(1, width, (mels, 3))
        self.out = nn.Linear(width * (shape - 2), 1)

    def forward(self, x):
        return self.out(torch.relu(self.conv(x)).flatten(1))[:, 0]


if __name__ == "__main__":
    torch.manual_seed(0)
    adata, bdata = (splitcut([prep(w) for w in speak(pitch, 4)]) for pitch in (120, 310))
    labels = torch.cat([torch.zeros(len(adata)), torch.ones(len(bdata))])
    loader = DataLoader(TensorDataset(torch.cat([adata, bdata]), labels), 8, shuffle=True)
    critic = Critic(HOP, SHAPE)
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2)
    for epoch in range(3):
        for x, y in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(critic(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
