"""Pictures of cells, and masks as they are stored: black is background, white is a cell."""
import numpy as np
import torch
from torch.utils.data import Dataset


def draw(seed, size):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    cy, cx = rng.integers(4, size - 4, 2)
    inside = (y - cy) ** 2 + (x - cx) ** 2 <= 9
    picture = rng.normal(90, 20, (size, size, 3)) + inside[..., None] * 80
    return picture.clip(0, 255).astype(np.uint8), np.where(inside, 255, 0).astype(np.uint8)


class BasicDataset(Dataset):
    def __init__(self, count, size=16):
        self.pairs = [draw(seed, size) for seed in range(count)]

    def __len__(self):
        return len(self.pairs)

    @staticmethod
    def preprocess(array, is_mask):
        if not is_mask:
            return array.transpose(2, 0, 1) / 255
        return array

    def __getitem__(self, index):
        picture, mask = self.pairs[index]
        return {
            "image": torch.as_tensor(self.preprocess(picture, is_mask=False)).float(),
            "mask": torch.as_tensor(self.preprocess(mask, is_mask=True)).long(),
        }
