import torch
import torch.nn as nn
import torch.nn.functional as F


class DiceCELoss(nn.Module):
    """Soft Dice over the organs plus cross entropy. logits (N, C, D, H, W), labels (N, D, H, W)."""

    def __init__(self, num_classes, include_background=False, smooth=1e-5, ce_weight=1.0):
        super().__init__()
        self.num_classes = num_classes
        self.include_background = include_background
        self.smooth = smooth
        self.ce_weight = ce_weight

    def dice_per_class(self, logits, labels):
        probs = logits.softmax(dim=1)
        target = F.one_hot(labels, self.num_classes).float()
        dims = (2, 3, 4)
        intersection = (probs * target).sum(dims)
        cardinality = probs.sum(dims) + target.sum(dims)
        return (2 * intersection + self.smooth) / (cardinality + self.smooth)

    def forward(self, logits, labels):
        dice = self.dice_per_class(logits, labels)
        if not self.include_background:
            dice = dice[:, 1:]
        ce = F.cross_entropy(logits, labels)
        return (1 - dice.mean()) + self.ce_weight * ce


class VNetBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = nn.Conv3d(cin, cout, 3, padding=1)
        self.conv2 = nn.Conv3d(cout, cout, 3, padding=1)
        self.norm1, self.norm2 = nn.InstanceNorm3d(cout, affine=True), nn.InstanceNorm3d(cout, affine=True)
        self.skip = nn.Conv3d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x):
        y = F.leaky_relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return F.leaky_relu(y + self.skip(x))


class SmallVNet(nn.Module):
    def __init__(self, num_classes, width=8):
        super().__init__()
        self.enc = VNetBlock(1, width)
        self.down = nn.Conv3d(width, 2 * width, 2, stride=2)
        self.mid = VNetBlock(2 * width, 2 * width)
        self.up = nn.ConvTranspose3d(2 * width, width, 2, stride=2)
        self.dec = VNetBlock(2 * width, width)
        self.out = nn.Conv3d(width, num_classes, 1)

    def forward(self, x):
        skip = self.enc(x)
        x = self.up(self.mid(self.down(skip)))
        return self.out(self.dec(torch.cat([x, skip], dim=1)))


def synthetic_ct(n, size):
    """Noise with two bright ellipsoids: the left (1) and the right (2) kidney."""
    axis = torch.linspace(-1, 1, size)
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    labels = torch.zeros(n, size, size, size, dtype=torch.long)
    for i in range(n):
        for k, side in ((1, -0.45), (2, 0.45)):
            cz, cy, cx = (torch.rand(3) - 0.5) * 0.3
            inside = ((z - cz) / 0.6) ** 2 + ((y - cy) / 0.3) ** 2 + ((x - cx - side) / 0.25) ** 2 < 1
            labels[i][inside] = k
    volumes = (labels > 0).float() + 0.2 * x + 0.3 * torch.randn(n, size, size, size)
    return volumes.unsqueeze(1), labels


if __name__ == "__main__":
    torch.manual_seed(0)
    num_classes, patch = 3, 16
    net = SmallVNet(num_classes)
    criterion = DiceCELoss(num_classes)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)

    for step in range(20):
        volumes, labels = synthetic_ct(2, patch)
        loss = criterion(net(volumes), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    with torch.no_grad():
        volumes, labels = synthetic_ct(8, patch)
        dice = criterion.dice_per_class(net(volumes), labels).mean(dim=0)
    for name, value in zip(("background", "left kidney", "right kidney"), dice.tolist()):
        print(f"{name:13s} {value:.3f}")
