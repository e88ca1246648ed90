"""Pictures with masks. A drawing program saved the masks: black and white, in three equal channels."""
import numpy as np
import torch
from torch.utils.data import Dataset


def draw(count, height=16, width=20):
    rng = np.random.default_rng(1)
    for _ in range(count):
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        mask = np.zeros((height, width, 3), dtype=np.uint8)
        left = rng.integers(2, 10)
        mask[:, left:left + 6] = 255
        yield image, mask


class RoadDataset(Dataset):
    def __init__(self, count):
        self.pairs = list(draw(count))

    @staticmethod
    def preprocess(array, is_mask):
        if is_mask:
            return array // 255
        return array.transpose(2, 0, 1) / 255

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        image, mask = self.pairs[index]
        return {"image": torch.as_tensor(self.preprocess(image, False)).float().contiguous(),
                "mask": torch.as_tensor(self.preprocess(mask, True)).long().contiguous()}
