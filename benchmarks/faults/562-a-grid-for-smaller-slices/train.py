"""Segment slices of the abdomen."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from net import TransUNet

parser = argparse.ArgumentParser()
parser.add_argument("--img_size", type=int, default=64, help="input patch size of network input")
parser.add_argument("--batch_size", type=int, default=2)
parser.add_argument("--max_epochs", type=int, default=2)
parser.add_argument("--base_lr", type=float, default=0.05)


def synapse(img_size, count=4, classes=3):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, classes, (count, img_size // 8, img_size // 8), generator=generator)
    labels = labels.repeat_interleave(8, 1).repeat_interleave(8, 2)
    images = labels[:, None] / classes + 0.1 * torch.randn(count, 1, img_size, img_size, generator=generator)
    return TensorDataset(images, labels)


def dice_loss(logits, labels):
    p = torch.softmax(logits, dim=1)
    t = nn.functional.one_hot(labels, p.size(1)).movedim(-1, 1)
    return 1 - (2 * (p * t).sum((0, 2, 3)) / (p + t).sum((0, 2, 3))).mean()


if __name__ == "__main__":
    args = parser.parse_args()
    torch.manual_seed(0)
    net = TransUNet(args.img_size)
    optimizer = torch.optim.SGD(net.parameters(), lr=args.base_lr, momentum=0.9)
    loader = DataLoader(synapse(args.img_size), args.batch_size, shuffle=True)
    for epoch in range(args.max_epochs):
        for image, label in loader:
            outputs = net(image)
            loss = 0.5 * nn.functional.cross_entropy(outputs, label) + 0.5 * dice_loss(outputs, label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.4f}")
