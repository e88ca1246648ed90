"""Poses of people in videos, from feature maps that were taken out of the pictures beforehand.

``*_spatial.npy`` holds for nine pictures the last feature map before the average: (9, channels, 4, 4).
"""
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

DATA = Path(__file__).parent / "data"


class Clips(Dataset):
    def __init__(self):
        self.names = sorted(path.name[:-len("_spatial.npy")] for path in DATA.glob("*_spatial.npy"))

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        s_feat = torch.from_numpy(np.load(DATA / f"{self.names[i]}_spatial.npy"))
        return s_feat, torch.from_numpy(np.load(DATA / f"{self.names[i]}_pose.npy"))


class Generator(nn.Module):
    """Looks at every place of the picture in the middle, and from there at the same place before and after."""

    def __init__(self, channels=16, poses=6):
        super().__init__()
        self.place = nn.Linear(channels, channels)
        self.score = nn.Linear(channels, 1)
        self.regressor = nn.Linear(channels, poses)

    def forward(self, s_feat):
        feat = s_feat.permute(0, 1, 3, 4, 2)
        feat = torch.relu(self.place(feat)).flatten(2, 3)
        middle = feat[:, feat.size(1) // 2]
        weights = torch.softmax(self.score(middle), dim=1)
        return self.regressor((weights.unsqueeze(1) * feat).sum(2).mean(1))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Generator()
    optimizer = torch.optim.Adam(model.parameters())
    for s_feat, pose in DataLoader(Clips(), batch_size=2):
        loss = nn.functional.mse_loss(model(s_feat), pose)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
