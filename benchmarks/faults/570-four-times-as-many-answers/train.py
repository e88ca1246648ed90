"""Train with squares cut out: python train.py --dataset tiny"""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from model.wide_resnet import WideResNet
from util.cutout import Cutout

parser = argparse.ArgumentParser()
parser.add_argument("--dataset", default="tiny", choices=["cifar10", "tiny"])
parser.add_argument("--batch_size", type=int, default=8)
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--n_holes", type=int, default=1)
parser.add_argument("--length", type=int, default=8)
SIZES = {"cifar10": 32, "tiny": 64}


class Pictures(Dataset):
    def __init__(self, name, num_classes=4, count=20, transform=None):
        g = torch.Generator().manual_seed(0)
        self.labels = torch.arange(count) % num_classes
        self.images = torch.randn(count, 3, SIZES[name], SIZES[name], generator=g) * 0.5
        self.images[:, 0] += self.labels[:, None, None] - 1.5
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        return self.transform(image) if self.transform else image, self.labels[index]


def accuracy(cnn, loader):
    cnn.eval()
    with torch.no_grad():
        right = sum((cnn(images).argmax(1) == labels).sum().item() for images, labels in loader)
    return right / len(loader.dataset)


def main(args):
    torch.manual_seed(0)
    cutout = Cutout(args.n_holes, args.length, torch.Generator().manual_seed(1))
    train_loader = DataLoader(Pictures(args.dataset, transform=cutout), args.batch_size, shuffle=True)
    test_loader = DataLoader(Pictures(args.dataset), args.batch_size)
    cnn, criterion = WideResNet(depth=10, num_classes=4), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(cnn.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    for epoch in range(args.epochs):
        cnn.train()
        total = 0.0
        for images, labels in train_loader:
            loss = criterion(cnn(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        print(f"epoch {epoch}: {total / len(train_loader.dataset):.4f}, test {accuracy(cnn, test_loader):.3f}")
    return cnn


if __name__ == "__main__":
    args = parser.parse_args()
    cnn = main(args)
