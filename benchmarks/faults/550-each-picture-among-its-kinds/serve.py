"""A base of pictures: each is stored with its kind if one is sure of it, and asked for what is like it."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from models import ServedNet

SURE = 0.5


def make_pictures(count):
    kinds = torch.arange(count) % 5
    pictures = torch.randn(count, 3, 12, 12) * 0.3
    for i, kind in enumerate(kinds.tolist()):
        pictures[i, kind % 3] += 1.5 - kind // 3 * 3
    return TensorDataset(pictures, kinds)


def train(net, loader, epochs=15):
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-2)
    for _ in range(epochs):
        for pictures, kinds in loader:
            loss = nn.functional.cross_entropy(net.logits(pictures), kinds)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


class PictureBase:
    def __init__(self, net):
        self.net, self.features, self.kinds = net.eval(), [], []

    @torch.no_grad()
    def add(self, pictures):
        probabilities, features = self.net(pictures)
        best, kind = probabilities.max(dim=1)
        self.features += list(features)
        self.kinds += [k if p >= SURE else -1 for p, k in zip(best.tolist(), kind.tolist())]

    @torch.no_grad()
    def find(self, picture, top_k=3):
        _, features = self.net(picture[None])
        distance = torch.cdist(features, torch.stack(self.features))[0]
        return distance.topk(top_k, largest=False).indices.tolist()


if __name__ == "__main__":
    torch.manual_seed(0)
    data = make_pictures(40)
    net = ServedNet()
    loss = train(net, DataLoader(data, 8, shuffle=True))
    base = PictureBase(net)
    for pictures, _ in DataLoader(data, 8):
        base.add(pictures)
    sure = sum(kind >= 0 for kind in base.kinds)
    print(f"loss {loss:.3f}; of {len(base.kinds)} pictures {sure} have a kind")
    print("like the first:", base.find(data[0][0]))
