"""Findings on X-rays of the chest. Rare ones weigh more in the loss."""
import argparse

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

FINDINGS = ["atelectasis", "cardiomegaly", "effusion", "nodule", "pneumonia", "pneumothorax", "hernia"]
PREVALENCE = torch.tensor([0.35, 0.2, 0.3, 0.15, 0.1, 0.12, 0.08])


def fake_xrays(n, seed):
    g = torch.Generator().manual_seed(seed)
    labels = (torch.rand(n, len(FINDINGS), generator=g) < PREVALENCE).float()
    images = torch.randn(n, 1, 48, 48, generator=g) * 0.3
    for k in range(len(FINDINGS)):
        images[:, 0, 6 * k:6 * k + 6] += labels[:, k, None, None] * 0.5
    return images, labels


def pos_weights(labels):
    """How many images are without a finding for each that has it."""
    positive = labels.sum(dim=1)
    negative = labels.shape[0] - positive
    return (negative / positive.clamp(min=1)).clamp(max=20)


class ChestNet(nn.Module):
    def __init__(self, n_findings):
        super().__init__()
        widths = [1, 16, 32, 64]
        stages = []
        for a, b in zip(widths, widths[1:]):
            stages += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*stages)
        self.classifier = nn.Linear(64 * 6 * 6, n_findings)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = torch.zeros(len(FINDINGS))
    for images, labels in loader:
        hits += ((model(images) > 0).float() == labels).sum(dim=0)
    return hits / len(loader.dataset)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lr", type=float, default=1e-3)
    opt = parser.parse_args()

    torch.manual_seed(0)
    images, labels = fake_xrays(200, seed=1)
    train_loader = DataLoader(TensorDataset(images, labels), opt.batch_size, shuffle=True)
    val_loader = DataLoader(TensorDataset(*fake_xrays(60, seed=2)), opt.batch_size)
    model = ChestNet(len(FINDINGS))
    criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weights(labels))
    optimizer = torch.optim.AdamW(model.parameters(), lr=opt.lr)
    for epoch in range(opt.epochs):
        model.train()
        for x, y in train_loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.3f}")
    for name, acc in zip(FINDINGS, evaluate(model, val_loader).tolist()):
        print(f"{name:15s}{acc:.3f}")
