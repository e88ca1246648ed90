"""Land use from aerial tiles; annotations are run-length coded."""
import torch
from torch import nn

CLASSES = ("water", "forest", "field", "road", "building")

ANNOTATIONS = {
    "tile_01": [(0, 40), (1, 60), (2, 100), (4, 56)],
    "tile_02": [(2, 128), (3, 28), (2, 60), (7, 12), (1, 28)],
    "tile_03": [(1, 200), (0, 56)],
}


def decode(runs, side=16):
    flat = torch.cat([torch.full((length,), label) for label, length in runs])
    return flat.view(side, side)


def tiles():
    g = torch.Generator().manual_seed(0)
    for name, runs in ANNOTATIONS.items():
        yield name, torch.rand(1, 3, 16, 16, generator=g), decode(runs).unsqueeze(0)


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, len(CLASSES), 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for name, image, label in tiles():
        loss = nn.functional.cross_entropy(model(image), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(name, loss.item())


if __name__ == "__main__":
    main()
