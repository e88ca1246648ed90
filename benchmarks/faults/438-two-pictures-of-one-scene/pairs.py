"""Learn to enlarge pictures four times from pairs of a small and a large picture of the same scene."""
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

FOLDER = Path(__file__).parent / "scenes"


class Pairs(Dataset):
    def __init__(self, folder=FOLDER):
        self.small = sorted(folder.glob("*_small.npy"))

    def __len__(self):
        return len(self.small)

    def __getitem__(self, index):
        path = self.small[index]
        large = path.with_name(path.name.replace("small", "large"))
        return tuple(torch.from_numpy(np.load(p)).float() / 255 for p in (path, large))


class Enlarger(nn.Module):
    def __init__(self, width=12, scale=4):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1), nn.PReLU(), nn.Conv2d(width, 3 * scale ** 2, 3, padding=1),
            nn.PixelShuffle(scale))

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Enlarger()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for small, large in DataLoader(Pairs(), batch_size=1):
        loss = nn.functional.l1_loss(model(small), large)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(tuple(small.shape), round(loss.item(), 3))
