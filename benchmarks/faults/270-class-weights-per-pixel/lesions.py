"""Segmentation of rare skin lesions with a focal loss."""
import torch
from torch import nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None, reduction="mean"):
        super().__init__()
        self.gamma = gamma
        self.reduction = reduction
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha, dtype=torch.float32))

    def forward(self, logits, target):
        log_p = F.log_softmax(logits, dim=1)
        log_pt = log_p.gather(1, target.unsqueeze(1)).squeeze(1)
        pt = log_pt.exp()
        loss = -((1 - pt) ** self.gamma) * log_pt
        if self.alpha is not None:
            loss = self.alpha * loss
        if self.reduction == "mean":
            return loss.mean()
        return loss


class Segmenter(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.decode = nn.Sequential(nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2))
        self.classify = nn.Conv2d(12, classes, 1)

    def forward(self, x):
        return self.classify(self.decode(self.encode(x)))


def sample_batch(count=3, height=16, width=20, classes=4):
    image = torch.rand(count, 3, height, width)
    target = (image.mean(dim=1) * 8 - 2).long().clamp(0, classes - 1)
    return image, target


def main():
    torch.manual_seed(0)
    criterion = FocalLoss(alpha=[0.1, 0.2, 0.3, 0.4])
    net = Segmenter(classes=4)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    for step in range(4):
        image, target = sample_batch()
        loss = criterion(net(image), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, float(loss))


if __name__ == "__main__":
    main()
