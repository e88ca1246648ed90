"""What grows on a field, from tiles of a satellite image."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

CROPS = ["wheat", "maize", "rapeseed", "fallow"]
COLOURS = np.array([[150, 140, 60], [60, 120, 50], [190, 190, 40], [130, 100, 80]])
SIZE = 32


def load_scene(rows, cols, seed):
    """An RGB scene (height, width, 3) as a GeoTIFF reader gives it, and the crop of each tile."""
    rng = np.random.default_rng(seed)
    crop = rng.integers(len(CROPS), size=(rows, cols))
    scene = np.kron(COLOURS[crop], np.ones((SIZE, SIZE, 1)))
    stripes = 12 * np.sin(np.arange(cols * SIZE) * 0.8)[None, :, None]
    scene = scene + stripes + rng.normal(0, 20, scene.shape)
    return scene.clip(0, 255).astype(np.uint8), crop


def cut_tiles(scene):
    rows, cols = scene.shape[0] // SIZE, scene.shape[1] // SIZE
    tiles = scene.reshape(rows, SIZE, cols, SIZE, 3).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(rows * cols, SIZE, SIZE, 3))


def to_tensor(tiles):
    return torch.from_numpy(tiles).float().div(255).reshape(-1, 3, SIZE, SIZE)


class CropNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, padding=1)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.fc = nn.Linear(24, n_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.mean(dim=(2, 3)))


def prepare(seed, stats=None):
    scene, crop = load_scene(8, 8, seed)
    x, y = to_tensor(cut_tiles(scene)), torch.from_numpy(crop.reshape(-1))
    if stats is None:
        stats = x.mean(dim=(0, 2, 3), keepdim=True), x.std(dim=(0, 2, 3), keepdim=True)
    return (x - stats[0]) / stats[1], y, stats


if __name__ == "__main__":
    torch.manual_seed(0)
    x_train, y_train, stats = prepare(0)
    x_test, y_test, _ = prepare(1, stats)
    model = CropNet(len(CROPS))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(5):
        for idx in torch.randperm(len(x_train)).split(16):
            loss = F.cross_entropy(model(x_train[idx]), y_train[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            acc = (model(x_test).argmax(1) == y_test).float().mean()
        print(f"epoch {epoch} loss {loss.item():.3f} test {acc.item():.3f}")
