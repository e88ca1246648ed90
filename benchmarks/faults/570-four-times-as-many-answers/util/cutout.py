"""Squares cut out of pictures."""
import torch


class Cutout:
    def __init__(self, n_holes, length, generator):
        self.n_holes, self.length, self.generator = n_holes, length, generator

    def __call__(self, img):
        h, w = img.shape[1:]
        mask = torch.ones(h, w)
        for _ in range(self.n_holes):
            y = int(torch.randint(h, (1,), generator=self.generator))
            x = int(torch.randint(w, (1,), generator=self.generator))
            mask[max(y - self.length // 2, 0) : y + self.length // 2, max(x - self.length // 2, 0) : x + self.length // 2] = 0
        return img * mask
