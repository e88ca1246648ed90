"""Find lesions in volumes of several sequences; the loss wants a volume for each class."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Volumes(Dataset):
    """Images (sequences, depth, height, width) and labels (1, depth, height, width)."""

    def __init__(self, count=6):
        self.images = torch.randn(count, 3, 6, 12, 10)
        self.labels = torch.randint(0, 2, (count, 1, 6, 12, 10))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return {"data": self.images[index], "seg": self.labels[index]}


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.75, gamma=1.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, inputs, targets):
        """Of scores and targets, both (batch, classes, depth, height, width)."""
        if inputs.shape != targets.shape:
            raise ValueError(f"targets {tuple(targets.shape)} for inputs {tuple(inputs.shape)}")
        p = torch.sigmoid(inputs)
        bce = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
        p_t = p * targets + (1 - p) * (1 - targets)
        alpha_t = self.alpha * targets + (1 - self.alpha) * (1 - targets)
        return (alpha_t * (1 - p_t) ** self.gamma * bce).mean()


class UNet(nn.Module):
    def __init__(self, in_channels, num_classes, width=6):
        super().__init__()
        self.down = nn.Sequential(nn.Conv3d(in_channels, width, 3, padding=1), nn.ReLU())
        self.mid = nn.Sequential(nn.Conv3d(width, width, 3, stride=2, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose3d(width, width, 2, stride=2)
        self.out = nn.Conv3d(2 * width, num_classes, 1)

    def forward(self, x):
        a = self.down(x)
        return self.out(torch.cat([a, self.up(self.mid(a))], dim=1))


def encode(labels, num_classes):
    """Labels (batch, 1, depth, height, width) as one volume of zeros and ones for each class."""
    labels = F.one_hot(labels, num_classes=num_classes).float()
    return torch.moveaxis(labels, -1, 1)


def train_epoch(model, loader, loss_func, optimizer, num_classes):
    total = 0.0
    for batch in loader:
        loss = loss_func(model(batch["data"]), encode(batch["seg"], num_classes))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = UNet(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(Volumes(), batch_size=2, shuffle=True)
    for epoch in range(2):
        print(f"epoch {epoch}: {train_epoch(model, loader, FocalLoss(), optimizer, 2):.4f}")
