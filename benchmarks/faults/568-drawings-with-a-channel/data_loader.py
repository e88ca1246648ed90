"""Layers of the back of the eye with fluid in them; or a single kind of fluid."""
import torch
from torch.utils.data import Dataset


class Retouch(Dataset):
    """Image and drawing, (1, S, S) each."""

    def __init__(self, num_class, count=6, size=16, seed=0):
        g = torch.Generator().manual_seed(seed)
        kinds = max(num_class, 2)
        small = torch.randint(0, kinds, (count, 1, size // 4, size // 4), generator=g)
        self.masks = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
        self.images = self.masks / kinds + 0.1 * torch.randn(count, 1, size, size, generator=g)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.masks[index]
