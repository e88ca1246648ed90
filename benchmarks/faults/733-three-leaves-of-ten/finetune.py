"""Fine-tune a leaf classifier on the diseases of one crop.

The checkpoint comes from pretraining on ten crops; only the features are wanted from it.
"""
import argparse
import os
import tempfile

import torch
import torch.nn as nn


class LeafNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )
        self.classifier = nn.Linear(16, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def leaves(count, num_classes, seed):
    g = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, num_classes, (count,), generator=g)
    colours = torch.rand(num_classes, 3, 1, 1, generator=g)
    return colours[labels] + 0.2 * torch.randn(count, 3, 24, 24, generator=g), labels


def run_epochs(model, data, epochs, lr):
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9)
    images, labels = data
    for epoch in range(epochs):
        for index in torch.randperm(len(labels)).split(32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
    return loss.item()


def pretrain(path, classes=10):
    model = LeafNet(classes)
    run_epochs(model, leaves(320, classes, seed=1), epochs=3, lr=0.05)
    torch.save({"model": model.state_dict(), "classes": classes}, path)


def load_pretrained(model, path, freeze):
    checkpoint = torch.load(path, map_location="cpu")
    model.load_state_dict(checkpoint["model"], strict=False)
    if freeze:
        for parameter in model.features.parameters():
            parameter.requires_grad_(False)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--freeze", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(0)
    checkpoint = os.path.join(tempfile.mkdtemp(), "leaves.pt")
    pretrain(checkpoint)
    model = load_pretrained(LeafNet(args.classes), checkpoint, args.freeze)
    loss = run_epochs(model, leaves(160, args.classes, seed=2), args.epochs, lr=0.02)
    print(f"loss {loss:.3f}")
