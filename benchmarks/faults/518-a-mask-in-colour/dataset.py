"""Pictures of screws, good and bad, and masks of what is wrong with them."""
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

ROOT = Path(__file__).parent / "screws"


def read_image(path):
    """A picture (height, width, 3) of bytes as a tensor (3, height, width)."""
    return torch.from_numpy(np.load(path)).permute(2, 0, 1).float() / 255


def read_mask(path):
    """The mask of a picture: 255 where something is wrong; some programs save it as a picture in colours."""
    mask = np.load(path)
    if mask.ndim == 3:
        return torch.from_numpy(mask).permute(2, 0, 1).float() / 255
    return torch.from_numpy(mask).float() / 255


class Screws(Dataset):
    def __init__(self, root=ROOT):
        self.images = sorted((root / "images").glob("*.npy"))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        path = self.images[index]
        image, mask_path = read_image(path), path.parent.parent / "masks" / path.name
        mask = read_mask(mask_path) if mask_path.exists() else torch.zeros(image.shape[-2:])
        return {"image": image, "mask": mask, "label": float(mask.max() > 0)}
