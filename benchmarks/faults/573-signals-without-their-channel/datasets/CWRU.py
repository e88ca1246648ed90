"""Bearings, whole and broken, in pieces of a recording."""
import math

import torch
from torch.utils.data import Dataset


class CWRU(Dataset):
    """Signal (1, length) between -1 and 1, and which fault it has."""

    num_classes, inputchannel, signal_size = 4, 1, 64

    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.labels = torch.arange(count) % self.num_classes
        t = torch.arange(self.signal_size) / self.signal_size * 2 * math.pi
        phase = torch.rand(count, 1, generator=g) * 0.8
        wave = torch.sin(t * (self.labels[:, None] + 1) + phase) + 0.05 * torch.randn(count, self.signal_size, generator=g)
        self.signals = (wave / wave.abs().amax(dim=1, keepdim=True)).unsqueeze(1)

    def __len__(self):
        return len(self.signals)

    def __getitem__(self, index):
        return self.signals[index], self.labels[index]
