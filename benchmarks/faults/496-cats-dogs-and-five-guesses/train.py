"""Cats and dogs."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import engine


def create_model(num_classes):
    return nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, num_classes))


def loader(count, num_classes):
    data = TensorDataset(torch.randn(count, 3, 20, 20), torch.randint(0, num_classes, (count,)))
    return DataLoader(data, batch_size=8)


if __name__ == "__main__":
    torch.manual_seed(0)
    num_classes = 2
    model = create_model(num_classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for train, val in engine.fit(model, loader(24, num_classes), loader(12, num_classes), nn.CrossEntropyLoss(),
                                 optimizer, epochs=2):
        print(train, val)
