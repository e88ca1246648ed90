"""Yaw, pitch and roll of heads: bins are classified, their expectation is regressed."""
import torch
from torch import nn

BINS, WIDTH = 22, 9.0


class HopeNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.yaw = nn.Linear(width, BINS)
        self.pitch = nn.Linear(width, BINS)
        self.roll = nn.Linear(width, BINS)

    def forward(self, x):
        x = self.body(x)
        return self.yaw(x), self.pitch(x), self.roll(x)


def bins_of(degrees):
    return ((degrees + 99) / WIDTH).long().clamp(0, BINS - 1)


def expectation(logits):
    return (logits.softmax(dim=1) * torch.arange(BINS)).sum(dim=1) * WIDTH - 99


def angle_loss(logits, degrees, alpha=0.01):
    classification = nn.functional.cross_entropy(logits, bins_of(degrees))
    regression = nn.functional.mse_loss(expectation(logits), degrees)
    return classification + alpha * regression


def train_step(model, optimizer, pictures, degrees):
    """degrees has the three angles as columns; the body learns from all of them alike."""
    loss_seq = [angle_loss(logits, degrees[:, i]) for i, logits in enumerate(model(pictures))]
    grad_seq = [torch.ones(1) for _ in range(len(loss_seq))]
    optimizer.zero_grad()
    torch.autograd.backward(loss_seq, grad_seq)
    optimizer.step()
    return [loss.item() for loss in loss_seq]


if __name__ == "__main__":
    torch.manual_seed(0)
    model = HopeNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(3):
        pictures, degrees = torch.randn(4, 3, 24, 24), torch.rand(4, 3) * 150 - 75
        print([round(v, 3) for v in train_step(model, optimizer, pictures, degrees)])
