"""Which pixels of a radar picture are land, flood or permanent water."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

CLASSES = 3


class FloodDataset(Dataset):
    """Radar (2, H, W) and the mask of its classes (1, H, W), as rasters are read."""

    def __init__(self, count, size=16, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.masks = torch.randint(0, CLASSES, (count, 1, size, size), generator=g)
        noise = 0.3 * torch.randn(count, 2, size, size, generator=g)
        self.radar = noise + torch.cat([self.masks == 1, self.masks == 2], dim=1).float()

    def __len__(self):
        return len(self.radar)

    def __getitem__(self, i):
        return self.radar[i], self.masks[i]


def build(width=12):
    return nn.Sequential(
        nn.Conv2d(2, width, 3, padding=1), nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        nn.Conv2d(width, CLASSES, 1),
    )


def segmentation_loss(logits, mask, weight=torch.tensor([0.5, 2.0, 1.0])):
    return nn.functional.cross_entropy(logits, mask, weight=weight)


def train(model, loader, epochs=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(epochs):
        total = 0.0
        for radar, mask in loader:
            loss = segmentation_loss(model(radar), mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(radar)
        print(f"epoch {epoch}: {total / len(loader.dataset):.3f}")
    return total / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(FloodDataset(33), batch_size=8, shuffle=True)
    model = build()
    final = train(model, loader)
