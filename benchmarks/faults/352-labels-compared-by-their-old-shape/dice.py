"""Soft Dice at several resolutions for segmenting slices of scans."""
import torch
from torch import nn
import torch.nn.functional as F


class SoftDiceLoss(nn.Module):
    """Takes logits (B, C, H, W) and labels as numbers (B, H, W) or (B, 1, H, W) or already one-hot (B, C, H, W).

    The mean runs over the samples and over the classes without the background.
    """

    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth

    def forward(self, x, y):
        shp_x, shp_y = x.shape, y.shape
        x = x.softmax(dim=1)
        axes = tuple(range(2, x.dim()))
        with torch.no_grad():
            if len(shp_x) != len(shp_y):
                y = y.view((shp_y[0], 1, *shp_y[1:]))
            if all(i == j for i, j in zip(shp_x, shp_y)):
                onehot = y
            else:
                onehot = torch.zeros_like(x).scatter_(1, y.long(), 1)
            onehot = onehot[:, 1:]
            volume = onehot.sum(axes)
        x = x[:, 1:]
        intersection = (x * onehot).sum(axes)
        dice = (2 * intersection + self.smooth) / (x.sum(axes) + volume + self.smooth)
        return 1 - dice.mean()


class DeepSupervision(nn.Module):
    """Weighs the loss of every resolution; the coarser, the less."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, outputs, labels):
        total = 0
        for i, out in enumerate(outputs):
            small = F.interpolate(labels[:, None].float(), size=out.shape[2:], mode="nearest")[:, 0]
            total = total + self.loss(out, small) / 2 ** i
        return total


class TinyUNet(nn.Module):
    def __init__(self, classes=4, width=8):
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(width, width, 3, stride=2, padding=1) for _ in range(2))
        self.heads = nn.ModuleList(nn.Conv2d(width, classes, 1) for _ in range(3))

    def forward(self, x):
        features = [F.relu(self.stem(x))]
        for down in self.down:
            features.append(F.relu(down(features[-1])))
        return [head(f) for head, f in zip(self.heads, features)]


if __name__ == "__main__":
    torch.manual_seed(0)
    model, criterion = TinyUNet(), DeepSupervision(SoftDiceLoss())
    loss = criterion(model(torch.randn(2, 1, 16, 16)), torch.randint(0, 4, (2, 16, 16)))
    loss.backward()
    print(loss.item())
