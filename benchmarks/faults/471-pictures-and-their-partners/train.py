"""Bring the features of two kinds of pictures together."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from models.graph_alignment import GraphConvDiscriminator


class Backbone(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1), nn.ReLU())

    def forward(self, x):
        return self.conv(x)


class TransferModel(nn.Module):
    def __init__(self, num_classes, batch_size, width=8):
        super().__init__()
        self.backbone = Backbone(width)
        self.head = nn.Linear(width, num_classes)
        self.graph_disc = GraphConvDiscriminator(width, 12, 1, 0.1, n=batch_size, pool_shape=(2, 2))

    def forward(self, x):
        features = self.backbone(x)
        return self.head(features.mean((2, 3))), self.graph_disc(features)


def data(count, seed):
    g = torch.Generator().manual_seed(seed)
    return TensorDataset(torch.rand(count, 3, 16, 16, generator=g), torch.randint(0, 4, (count,), generator=g))


@torch.no_grad()
def valid(model, loader):
    model.eval()
    right = domain = total = 0
    for x, y in loader:
        logits, guess = model(x)
        right += (logits.argmax(1) == y).sum().item()
        domain += guess.sigmoid().sum().item()
        total += len(y)
    return right / total, domain / total


def main(train_batch_size=8, eval_batch_size=4, steps=3):
    torch.manual_seed(0)
    model = TransferModel(4, train_batch_size)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
    source = DataLoader(data(24, 1), train_batch_size, shuffle=True, drop_last=True)
    target = DataLoader(data(24, 2), train_batch_size, shuffle=True, drop_last=True)
    for (xs, ys), (xt, _) in zip(source, target):
        model.train()
        logits, of_source = model(xs)
        _, of_target = model(xt)
        loss = nn.functional.cross_entropy(logits, ys)
        for guess, domain in ((of_source, 1.0), (of_target, 0.0)):
            loss = loss + nn.functional.binary_cross_entropy_with_logits(guess, torch.full_like(guess, domain))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
    print("right %.2f, source %.2f" % valid(model, DataLoader(data(10, 3), eval_batch_size)))
    return model


if __name__ == "__main__":
    model = main()
