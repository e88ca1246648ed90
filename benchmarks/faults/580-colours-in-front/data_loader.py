"""Pictures of skin and where the lesion is."""
import numpy as np
import torch
from torch.utils import data


class ImageFolder(data.Dataset):
    def __init__(self, count=12, height=32, width=32, mode="train", augmentation_prob=0.4, seed=0):
        rng = np.random.default_rng(seed)
        self.mode, self.augmentation_prob = mode, augmentation_prob
        self.images, self.masks = [], []
        for _ in range(count):
            r, c = rng.integers(6, height - 6), rng.integers(6, width - 6)
            rows, cols = np.ogrid[:height, :width]
            mask = (rows - r) ** 2 + (cols - c) ** 2 < rng.integers(9, 30)
            image = rng.integers(120, 200, (height, width, 3)).astype(np.uint8)
            image[mask] = image[mask] // 2
            self.images.append(image)
            self.masks.append(mask.astype(np.float32))

    def __getitem__(self, index):
        image = torch.from_numpy(self.images[index].copy()).float() / 255
        GT = torch.from_numpy(self.masks[index].copy()).unsqueeze(0)
        image = (image - 0.5) / 0.5
        return image, GT

    def __len__(self):
        return len(self.images)


def get_loader(batch_size, mode="train", shuffle=False, **options):
    return data.DataLoader(ImageFolder(mode=mode, **options), batch_size=batch_size, shuffle=shuffle)
