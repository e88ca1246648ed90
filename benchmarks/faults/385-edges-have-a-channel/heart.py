"""Segments slices of the heart with a second branch for the edges of the organs."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Slices(Dataset):
    """Pictures (1, H, W), labels (H, W) as numbers and the edges between them (H, W) as zeros and ones."""

    def __init__(self, n, size=16, classes=4):
        generator = torch.Generator().manual_seed(1)
        self.images = torch.randn(n, 1, size, size, generator=generator)
        coarse = torch.randint(0, classes, (n, size // 4, size // 4), generator=generator)
        self.masks = coarse.repeat_interleave(4, 1).repeat_interleave(4, 2)

    def __len__(self):
        return len(self.images)

    def edge(self, mask):
        edge = torch.zeros(mask.shape)
        edge[:, 1:] += (mask[:, 1:] != mask[:, :-1]).float()
        edge[1:] += (mask[1:] != mask[:-1]).float()
        return edge.clamp(max=1)

    def __getitem__(self, i):
        return {"image": self.images[i], "mask": (self.masks[i], self.edge(self.masks[i]))}


class DualLoss(nn.Module):
    """Cross entropy of the labels, and binary cross entropy of the edges balanced by their share."""

    def __init__(self, weight=0.5):
        super().__init__()
        self.weight = weight

    def forward(self, inputs, targets):
        pred, edge_pred = inputs
        mask, edge = targets
        share = edge.mean()
        balance = torch.where(edge > 0.5, 1 - share, share)
        edge_loss = F.binary_cross_entropy(edge_pred, edge, weight=balance)
        return F.cross_entropy(pred, mask) + self.weight * edge_loss


class ShapeNet(nn.Module):
    def __init__(self, classes=4, width=8):
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.down = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.edge = nn.Conv2d(width, 1, 1)
        self.out = nn.Conv2d(2 * width + 1, classes, 1)

    def forward(self, x):
        a = F.relu(self.stem(x))
        b = F.interpolate(F.relu(self.down(a)), scale_factor=2)
        edge = torch.sigmoid(self.edge(a))
        return self.out(torch.cat((a, b, edge), 1)), edge


class Segmenter(nn.Module):
    def __init__(self, net, crit):
        super().__init__()
        self.net, self.crit = net, crit

    def forward(self, feed_dict):
        p = self.net(feed_dict["image"])
        mask, edge = feed_dict["mask"]
        loss = self.crit((p[0], p[1]), (mask.long(), edge))
        accuracy = (p[0].argmax(1) == mask).float().mean()
        return loss, accuracy


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Segmenter(ShapeNet(), DualLoss())
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for batch in DataLoader(Slices(5), batch_size=2):
        loss, accuracy = model(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("%.4f %.3f" % (loss.item(), accuracy.item()))
