"""Land cover segmentation from two sensors (random stand-in for the satellite tiles)."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Tiles(Dataset):
    def __init__(self, size, length=12, classes=8):
        g = torch.Generator().manual_seed(3)
        self.s1 = torch.randn(length, 2, size, size, generator=g)
        self.s2 = torch.randn(length, 13, size, size, generator=g)
        self.lc = torch.randint(0, classes, (length, 1, size, size), generator=g)

    def __len__(self):
        return len(self.lc)

    def __getitem__(self, i):
        # the raster reader returns (band, row, column) for the labels as well
        return {"s1": self.s1[i], "s2": self.s2[i], "label": self.lc[i]}


class TwoBranch(nn.Module):
    def __init__(self, classes=8, width=12):
        super().__init__()
        self.b1 = nn.Sequential(nn.Conv2d(2, width, 3, padding=1), nn.ReLU())
        self.b2 = nn.Sequential(nn.Conv2d(13, width, 3, padding=1), nn.ReLU())
        self.head = nn.Conv2d(2 * width, classes, 1)

    def forward(self, sample):
        return self.head(torch.cat([self.b1(sample["s1"]), self.b2(sample["s2"])], dim=1))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--image_px_size", type=int, default=24)
    p.add_argument("--batch_size", type=int, default=4)
    p.add_argument("--epochs", type=int, default=2)
    args = p.parse_args()

    torch.manual_seed(0)
    model = TwoBranch()
    criterion = nn.CrossEntropyLoss(ignore_index=255)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(args.epochs):
        for sample in DataLoader(Tiles(args.image_px_size), args.batch_size, shuffle=True):
            y = sample["label"].long()
            y_hat = model(sample)
            loss = criterion(y_hat, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}  loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
