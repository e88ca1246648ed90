import torch
from torch.utils.data import Dataset


class NoisyRecordings(Dataset):
    def __init__(self, count=11, samples=256, seed=0):
        g = torch.Generator().manual_seed(seed)
        t = torch.arange(samples) / samples
        pitch = 3 + torch.rand(count, 1, generator=g) * 5
        clean = torch.sin(2 * torch.pi * pitch * t)
        self.waves = 0.5 * clean + 0.1 * torch.randn(count, samples, generator=g)

    def __len__(self):
        return len(self.waves)

    def __getitem__(self, i):
        return f"rec{i:03d}", self.waves[i].unsqueeze(0)
