"""A small network of squeezed and expanded features learns ten kinds of things."""
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Fire(nn.Module):
    def __init__(self, inplanes, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inplanes, squeeze, 1)
        self.expand1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


class SqueezeNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), Fire(12, 4, 8),
                                      nn.MaxPool2d(2), Fire(16, 6, 10))
        self.conv2 = nn.Conv2d(20, num_classes, 1)
        self.pool = nn.AvgPool2d(4)

    def forward(self, x):
        return F.log_softmax(self.pool(self.conv2(self.features(x))), dim=1)


def train(model, loader, optimizer, args):
    model.train()
    correct, losses = 0, []
    for data, targets in loader:
        optimizer.zero_grad()
        scores = model(data)
        scores = scores.view(args.batch_size, args.num_classes)
        loss = F.nll_loss(scores, targets)
        loss.backward()
        optimizer.step()
        correct += scores.argmax(1).eq(targets).sum().item()
        losses.append(loss.item())
    return correct / len(loader.dataset), losses


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--num_classes", type=int, default=10)
    args = parser.parse_args()
    torch.manual_seed(0)
    dataset = TensorDataset(torch.randn(56, 3, 16, 16), torch.randint(0, args.num_classes, (56,)))
    loader = DataLoader(dataset, args.batch_size, shuffle=True)
    model = SqueezeNet(args.num_classes)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(2):
        accuracy, losses = train(model, loader, optimizer, args)
        print(f"epoch {epoch}: accuracy {accuracy:.2f}, last loss {losses[-1]:.3f}")
