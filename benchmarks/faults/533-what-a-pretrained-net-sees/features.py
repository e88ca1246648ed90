"""Cats and dogs: features of a fixed network are computed once, and a small classifier learns from them."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE, WIDTH = 20, 24


def make_pictures(count, seed):
    generator = torch.Generator().manual_seed(seed)
    labels = (torch.arange(count) % 2)
    pictures = torch.randn(count, 3, 12, 12, generator=generator) + labels.view(-1, 1, 1, 1)
    return TensorDataset(pictures, labels)


class Backbone(nn.Module):
    """Stands for a network that was trained on many pictures."""

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )

    def forward(self, x):
        return self.layers(x)


@torch.no_grad()
def extract(backbone, loader):
    """Return the features and the labels of everything that the loader gives."""
    backbone.eval()
    features = torch.zeros(len(loader) * loader.batch_size, backbone.width)
    labels = torch.zeros(len(loader) * loader.batch_size, dtype=torch.long)
    for i, (pictures, target) in enumerate(loader):
        start = i * loader.batch_size
        features[start:start + loader.batch_size] = backbone(pictures)
        labels[start:start + loader.batch_size] = target
    return features, labels


def train(features, labels, epochs=5):
    classifier = nn.Linear(features.size(1), 2)
    optimizer = torch.optim.SGD(classifier.parameters(), lr=0.5)
    for _ in range(epochs):
        loss = nn.functional.cross_entropy(classifier(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return classifier, loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    backbone = Backbone(WIDTH)
    train_data, test_data = make_pictures(80, 1), make_pictures(39, 2)
    train_features = extract(backbone, DataLoader(train_data, BATCH_SIZE))
    test_features, test_labels = extract(backbone, DataLoader(test_data, BATCH_SIZE))
    classifier, loss = train(*train_features)
    right = (classifier(test_features).argmax(dim=1) == test_labels).sum().item()
    print(f"loss {loss:.3f}, {right} of {len(test_labels)} right")
