"""Fine-tune a segmenter with a Dice loss on pictures somebody has painted."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

CLASSES = 18


class PaintedStreets(Dataset):
    """Pictures and the paintings over them, both as they come out of the image files."""

    def __init__(self, n=6, size=16):
        self.n, self.size = n, size

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        picture = torch.rand(3, self.size, self.size, generator=generator)
        painting = torch.randint(0, 256, (4, self.size, self.size), generator=generator)
        painting[3] = 255
        return picture, painting.float() / 255


class Segmenter(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
        self.head = nn.Conv2d(width, CLASSES, 1)

    def forward(self, x):
        return self.head(self.body(x))


class Dice(nn.Module):
    """preds and targets are (B, C, H, W), the targets one where a pixel is of the class."""

    def __init__(self, delta=0.5):
        super().__init__()
        self.delta = delta

    def forward(self, logits, targets):
        preds = logits.softmax(dim=1)
        tp = torch.sum(targets * preds, dim=(2, 3))
        fn = torch.sum(targets * (1 - preds), dim=(2, 3))
        fp = torch.sum((1 - targets) * preds, dim=(2, 3))
        score = (tp + 1e-6) / (tp + self.delta * fn + (1 - self.delta) * fp + 1e-6)
        return (1 - score).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    model, criterion = Segmenter(), Dice()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for pictures, paintings in DataLoader(PaintedStreets(), batch_size=2):
        loss = criterion(model(pictures), paintings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
