"""A small U-shaped network learns where cells are."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

from dataset import BasicDataset


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=8):
        super().__init__()
        self.n_classes = n_classes
        self.inc = nn.Sequential(nn.Conv2d(n_channels, width, 3, padding=1), nn.ReLU())
        self.down = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.outc = nn.Conv2d(2 * width, n_classes, 1)

    def forward(self, x):
        x1 = self.inc(x)
        return self.outc(torch.cat([x1, self.up(self.down(x1))], dim=1))


def dice_loss(probs, one_hot, eps=1e-6):
    """One minus the mean over classes of twice the common area by the sum of the areas."""
    dims = (0, 2, 3)
    common = (probs * one_hot).sum(dims)
    return 1 - ((2 * common + eps) / (probs.sum(dims) + one_hot.sum(dims) + eps)).mean()


def train_net(net, loader, epochs=2):
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.1)
    history = []
    for epoch in range(epochs):
        total = 0.0
        for batch in loader:
            images, true_masks = batch["image"], batch["mask"]
            masks_pred = net(images)
            loss = dice_loss(
                F.softmax(masks_pred, dim=1),
                F.one_hot(true_masks, net.n_classes).permute(0, 3, 1, 2).float(),
            )
            loss = loss + criterion(masks_pred, true_masks)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        history.append(total / len(loader))
        print(f"epoch {epoch}: loss {history[-1]:.4f}")
    return history


if __name__ == "__main__":
    torch.manual_seed(0)
    net = UNet(n_channels=3, n_classes=2)
    history = train_net(net, DataLoader(BasicDataset(10), batch_size=4))
