"""Pictures with prompts for a diffusion model; the prompts are encoded while batches are made."""
import torch
from torch.utils.data import Dataset


def encode(text, dim=6):
    """One row for each word, the same word always the same row; stands for a large text encoder."""
    rows = []
    for word in text.split():
        generator = torch.Generator().manual_seed(sum(ord(c) * (i + 1) for i, c in enumerate(word)))
        rows.append(torch.randn(dim, generator=generator))
    return torch.stack(rows)


class Collator:
    def __init__(self, image_size, channels):
        self.image_size, self.channels = image_size, channels

    def __call__(self, batch):
        images, texts = [], []
        for image, text in batch:
            if image.shape != (self.channels, self.image_size, self.image_size):
                continue
            images.append(image)
            texts.append(encode(text))
        if not images:
            return None
        return torch.stack(images), torch.stack(texts)


class Pictures(Dataset):
    def __init__(self, prompts, image_size=8):
        self.prompts, self.image_size = prompts, image_size

    def __len__(self):
        return len(self.prompts)

    def __getitem__(self, i):
        generator = torch.Generator().manual_seed(i)
        return torch.rand(3, self.image_size, self.image_size, generator=generator), self.prompts[i]
