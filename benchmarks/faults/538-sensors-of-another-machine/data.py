"""What the sensors of a server said, and windows of it."""
import numpy as np
import torch
from torch.utils.data import Dataset


def load_series(name, length=60):
    rng = np.random.default_rng(len(name))
    time = np.arange(length)[:, None]
    speed, shift = rng.uniform(0.1, 0.6, 12), rng.uniform(0, 6, 12)
    return (np.sin(time * speed + shift) + rng.normal(0, 0.05, (length, 12))).astype(np.float32)


class Windows(Dataset):
    """A window (1, sensors, window) and the values that follow it (sensors,)."""

    def __init__(self, series, window):
        self.series, self.window = torch.from_numpy(series), window

    def __len__(self):
        return len(self.series) - self.window

    def __getitem__(self, i):
        return self.series[i:i + self.window].t()[None], self.series[i + self.window]
