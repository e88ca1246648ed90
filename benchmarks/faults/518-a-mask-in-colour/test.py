"""How well are the bad places found?"""
import torch
from torch import nn
from torch.utils.data import DataLoader

from dataset import Screws


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 1, 1))

    def forward(self, image):
        return self.conv(image).sigmoid()[:, 0]


def pixel_scores(model, loader):
    """Mean score of the bad and of the good pixels, and how many there are of each."""
    scores, masks = [], []
    with torch.no_grad():
        for batch in loader:
            scores.append(model(batch["image"]).flatten())
            masks.append(batch["mask"].flatten())
    scores, masks = torch.cat(scores), torch.cat(masks) > 0.5
    return scores[masks].mean().item(), scores[~masks].mean().item(), masks.sum().item(), (~masks).sum().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = Screws()
    bad, good, count_bad, count_good = pixel_scores(Model(), DataLoader(dataset, batch_size=4))
    print(f"bad {bad:.3f} ({count_bad}), good {good:.3f} ({count_good})")
