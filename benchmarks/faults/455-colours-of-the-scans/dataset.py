"""Pictures with lesions, and their outlines."""
import torch
from torch.utils.data import Dataset


class LesionDataset(Dataset):
    def __init__(self, args, count=8):
        self.args, self.count = args, count

    def __len__(self):
        return self.count

    def read(self, index):
        """A picture (3, height, width) and the mask of its lesion (height, width)."""
        generator = torch.Generator().manual_seed(index)
        height, width = self.args.crop_height, self.args.crop_width
        picture = torch.rand(3, height, width, generator=generator) * 0.5
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        mask = ((rows - height // 2) ** 2 + (columns - 8 - 2 * index) ** 2 < 36).float()
        picture[0] += 0.4 * mask
        return picture, mask

    def __getitem__(self, index):
        picture, mask = self.read(index)
        if self.args.input_channel == 1:
            picture = picture.mean(dim=0, keepdim=True)
        return (picture - 0.3) / 0.25, mask
