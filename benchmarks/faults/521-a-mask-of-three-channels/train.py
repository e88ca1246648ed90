"""Which pixel belongs to the road? Pictures and their masks are read as they were drawn."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

from data_loading import RoadDataset


class DoubleConv(nn.Sequential):
    def __init__(self, i, o):
        super().__init__(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes):
        super().__init__()
        self.inc, self.down = DoubleConv(n_channels, 8), DoubleConv(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.conv, self.outc = DoubleConv(16, 8), nn.Conv2d(8, n_classes, 1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.up(self.down(F.max_pool2d(x1, 2)))
        return self.outc(self.conv(torch.cat([x1, x2], dim=1)))


def dice_loss(probs, one_hot):
    inter = 2 * (probs * one_hot).sum()
    return 1 - (inter + 1e-6) / (probs.sum() + one_hot.sum() + 1e-6)


def train_net(net, loader, optimizer, n_classes):
    losses = []
    for batch in loader:
        images, true_masks = batch["image"], batch["mask"]
        masks_pred = net(images)
        loss = F.cross_entropy(masks_pred, true_masks)
        loss = loss + dice_loss(F.softmax(masks_pred, dim=1), F.one_hot(true_masks, n_classes).permute(0, 3, 1, 2).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    dataset = RoadDataset(6)
    net = UNet(3, 2)
    losses = train_net(net, DataLoader(dataset, batch_size=2), torch.optim.Adam(net.parameters()), 2)
    print([round(loss, 3) for loss in losses])
