"""Find what stands out in a picture and how deep it lies; the depth is learned on the way."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Scenes(Dataset):
    """Picture (3, H, W), what stands out (H, W) and depth (H, W)."""

    def __init__(self, count=12, size=16):
        self.count, self.size = count, size

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        image = torch.rand(3, self.size, self.size, generator=generator)
        depth = image.mean(0)
        return image, (depth > 0.5).long(), depth


class DepthNet(nn.Module):
    """Two classes for each pixel, and a depth map of one channel."""

    def __init__(self, width=8):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU())
        self.salient = nn.Conv2d(width, 2, 1)
        self.depth = nn.Sequential(nn.Conv2d(width, 1, 1), nn.Sigmoid())

    def forward(self, x):
        x = self.body(x)
        return self.salient(x), self.depth(x)


def losses(model, image, label, depth):
    """Of saliency, and of depth: summed over the pixels, a mean over the pictures."""
    salient, pred_depth = model(image)
    loss_salient = F.cross_entropy(salient, label)
    loss_depth = F.smooth_l1_loss(pred_depth, depth, reduction="sum") / len(image)
    return loss_salient, loss_depth


def train(model, loader, epochs=2):
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    for _ in range(epochs):
        for batch in loader:
            salient, depth = losses(model, *batch)
            optimizer.zero_grad()
            (salient + 0.1 * depth).backward()
            optimizer.step()
        print(round(salient.item(), 3), round(depth.item(), 3))


if __name__ == "__main__":
    torch.manual_seed(0)
    train(DepthNet(), DataLoader(Scenes(), batch_size=4))
