"""Pictures of blocks, each block of its own stuff."""
import torch
from torch.utils.data import Dataset


class Blocks(Dataset):
    def __init__(self, n_classes, count=6, size=32, seed=0):
        generator = torch.Generator().manual_seed(seed)
        small = torch.randint(0, n_classes, (count, size // 8, size // 8), generator=generator)
        self.labels = small.repeat_interleave(8, 1).repeat_interleave(8, 2)
        self.labels[:, :2] = 255
        colours = torch.rand(n_classes, 3, generator=generator)
        self.images = colours[self.labels.clamp(max=n_classes - 1)].permute(0, 3, 1, 2).contiguous()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]
