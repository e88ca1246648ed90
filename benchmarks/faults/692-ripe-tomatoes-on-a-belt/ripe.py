"""Tell ripe tomatoes from green ones, as a camera over a belt sees them."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

HEIGHT, WIDTH = 24, 32


def take_pictures(count, seed):
    """Pictures as the camera gives them: uint8, height x width x (red, green, blue)."""
    rng = np.random.default_rng(seed)
    ripe = rng.integers(0, 2, count)
    pictures = rng.integers(0, 90, (count, HEIGHT, WIDTH, 3))
    for picture, is_ripe in zip(pictures, ripe):
        top, left = rng.integers(2, 10), rng.integers(2, 18)
        picture[top:top + 10, left:left + 10, 0 if is_ripe else 1] += 120
    return pictures.astype(np.uint8), ripe


class Tomatoes(Dataset):
    mean = torch.tensor([0.2, 0.2, 0.18])
    std = torch.tensor([0.12, 0.12, 0.1])

    def __init__(self, pictures, ripe):
        self.pictures = pictures
        self.ripe = torch.from_numpy(ripe).long()

    def __len__(self):
        return len(self.ripe)

    def __getitem__(self, i):
        picture = torch.from_numpy(self.pictures[i]).float() / 255
        picture = (picture - self.mean) / self.std
        return picture, self.ripe[i]


class BeltNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * (HEIGHT // 4) * (WIDTH // 4), 2)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc(x.flatten(1))


def train(model, loader, epochs=2, lr=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for pictures, ripe in loader:
            loss = nn.functional.cross_entropy(model(pictures), ripe)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}")


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = sum((model(pictures).argmax(1) == ripe).sum().item() for pictures, ripe in loader)
    return hits / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = BeltNet()
    train(model, DataLoader(Tomatoes(*take_pictures(96, 0)), batch_size=8, shuffle=True))
    print("accuracy", evaluate(model, DataLoader(Tomatoes(*take_pictures(40, 1)), batch_size=20)))
