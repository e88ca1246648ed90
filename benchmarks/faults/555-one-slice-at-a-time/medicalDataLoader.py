"""Slices of the abdomen with the organs drawn into them in steps of grey."""
import torch
from torch.utils.data import Dataset

NUM_CLASSES = 5


class MedicalImageDataset(Dataset):
    def __init__(self, mode, size=16):
        count, seed = {"train": (9, 0), "val": (4, 1)}[mode]
        generator = torch.Generator().manual_seed(seed)
        self.gt = torch.randint(0, NUM_CLASSES, (count, 1, size, size), generator=generator)
        self.images = self.gt / NUM_CLASSES + 0.1 * torch.randn(count, 1, size, size, generator=generator)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        """Image and drawing (1, H, W), both between nothing and one."""
        return self.images[index], self.gt[index] * 63 / 255.0
