"""Pictures of a folder, whole and in patches."""
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset


def imread(path):
    """Read a picture in the plain portable formats."""
    words = Path(path).read_text().split()
    width, height = int(words[1]), int(words[2])
    values = np.array(words[4:], dtype=np.float32) / float(words[3])
    if words[0] == "P2":
        return values.reshape(height, width)
    return values.reshape(height, width, 3)


class ImageFolder(Dataset):
    def __init__(self, root, patch=4):
        self.files, self.patch = sorted(Path(root).glob("*.p?m")), patch

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        path = self.files[i]
        img = imread(path)
        h, w, c = img.shape
        p = self.patch
        patches = img.reshape(h // p, p, w // p, p, c).transpose(0, 2, 4, 1, 3)
        return torch.from_numpy(img.transpose(2, 0, 1).copy()), torch.from_numpy(patches.copy()), path.name
