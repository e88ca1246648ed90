"""Train a network to outline lesions in pictures."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from config import DefaultConfig
from dataset import LesionDataset
from models.unet import UNet


def build(args):
    return UNet(in_channels=1, num_classes=args.num_classes)


def dice(pred, label, eps=1e-6):
    overlap = (pred * label).sum(dim=(1, 2))
    return ((2 * overlap + eps) / (pred.sum(dim=(1, 2)) + label.sum(dim=(1, 2)) + eps)).mean()


def main(args):
    torch.manual_seed(0)
    model = build(args)
    loader = DataLoader(LesionDataset(args), batch_size=args.batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(args.num_epochs):
        for images, labels in loader:
            output = model(images)[:, 0]
            loss = criterion(output, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}, dice {dice((output > 0).float(), labels).item():.3f}")
    return model


if __name__ == "__main__":
    model = main(DefaultConfig())
