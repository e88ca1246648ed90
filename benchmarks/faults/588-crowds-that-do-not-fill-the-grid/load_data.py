"""Pictures of crowds, and where the heads are."""
import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import Dataset


def get_pad(inputs, DIV=16):
    """Zeros to the right and below, until both sides are multiples of DIV."""
    h, w = inputs.size()[-2:]
    ph, pw = -h % DIV, -w % DIV
    return F.pad(inputs, (0, pw, 0, ph))


class CountDataset(Dataset):
    """The collection that comes with the paper: pictures are padded beforehand."""

    def __init__(self, count=4, sizes=((64, 96), (80, 64)), seed=0, DIV=16):
        self.samples, self.DIV = make(count, sizes, seed), DIV

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        image, density = self.samples[i]
        return {"image": get_pad(image, self.DIV), "density": get_pad(density, self.DIV)}


class OwnDataset(Dataset):
    """Pictures of our own square."""

    def __init__(self, count=4, sizes=((72, 104), (90, 66)), seed=7):
        self.samples = make(count, sizes, seed)

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        image, density = self.samples[i]
        return {"image": image, "density": density}


def make(count, sizes, seed):
    rng, samples = np.random.default_rng(seed), []
    for i in range(count):
        h, w = sizes[i % len(sizes)]
        density = np.zeros((1, h, w), np.float32)
        for _ in range(rng.integers(5, 20)):
            density[0, rng.integers(0, h), rng.integers(0, w)] += 1
        image = rng.normal(0, 0.2, (3, h, w)).astype(np.float32) + density
        samples.append((torch.from_numpy(image), torch.from_numpy(density)))
    return samples
