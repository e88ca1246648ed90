"""Compositional zero-shot recognition: ripe or old, apple or bridge, from stored features."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

from stored import PairDataset, extract


class ImageEmbedder(nn.Module):
    def __init__(self, features=32, dim=24):
        super().__init__()
        self.fc = nn.Linear(features, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return F.normalize(self.norm(torch.relu(self.fc(x))), dim=-1)


class Composer(nn.Module):
    def __init__(self, attributes=5, objects=7, dim=24):
        super().__init__()
        self.attr_image, self.obj_image = ImageEmbedder(dim=dim), ImageEmbedder(dim=dim)
        self.attr_word = nn.Embedding(attributes, dim)
        self.obj_word = nn.Embedding(objects, dim)

    def forward(self, x):
        attr = self.attr_image(x) @ F.normalize(self.attr_word.weight, dim=-1).t()
        obj = self.obj_image(x) @ F.normalize(self.obj_word.weight, dim=-1).t()
        return attr / 0.1, obj / 0.1

    def pair_scores(self, x):
        attr, obj = self(x)
        return attr.log_softmax(-1)[:, :, None] + obj.log_softmax(-1)[:, None, :]


def train_epoch(model, loader, optimizer):
    for x, attr, obj in loader:
        a, o = model(x)
        loss = F.cross_entropy(a, attr) + F.cross_entropy(o, obj)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    backbone = nn.Sequential(nn.Conv2d(3, 32, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    features = extract(backbone, torch.rand(10, 3, 16, 16))
    data = PairDataset(features, torch.randint(5, (10,)), torch.randint(7, (10,)))
    model = Composer()
    print(train_epoch(model, DataLoader(data, batch_size=4), torch.optim.Adam(model.parameters(), lr=1e-3)))
