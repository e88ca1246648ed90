"""Pairs of a small patch and the large one it was made of, as they were stored."""
import numpy as np
import torch
from torch.utils.data import Dataset


class PatchDataset(Dataset):
    def __init__(self, file):
        with np.load(file) as stored:
            self.lr, self.hr = stored["lr"], stored["hr"]

    def __getitem__(self, idx):
        return tuple(torch.from_numpy(p[idx] / 255.0).float()[None] for p in (self.lr, self.hr))

    def __len__(self):
        return len(self.lr)
