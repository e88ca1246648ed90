"""Land cover from small multispectral tiles (red, green, blue, near infrared)."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

BANDS = 4
COVERS = 3


def read_tiles(count, size=24, seed=0):
    """As the archive holds them: uint16, (count, rows, columns, bands)."""
    rng = np.random.default_rng(seed)
    covers = rng.integers(0, COVERS, count)
    tiles = rng.integers(0, 4000, (count, size, size, BANDS))
    tiles[np.arange(count), :, :, covers] += 3000
    return tiles.astype(np.uint16), covers


class TileDataset(Dataset):
    def __init__(self, tiles, covers, flip=False):
        self.tiles, self.covers, self.flip = tiles, covers, flip

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, i):
        tile = torch.from_numpy(self.tiles[i].astype(np.float32) / 10000)
        if self.flip and torch.rand(()) < 0.5:
            tile = tile.flip(-1)
        return tile, int(self.covers[i])


class CoverNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(BANDS, 12, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(12, 24, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, COVERS),
        )


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = TileDataset(*read_tiles(64), flip=True)
    loader = DataLoader(dataset, batch_size=8, shuffle=True)
    model = CoverNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(3):
        for tile, cover in loader:
            loss = nn.functional.cross_entropy(model(tile), cover)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
