"""Rents of flats from their size, rooms, storey and distance to the centre."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


def flats(count, seed):
    g = torch.Generator().manual_seed(seed)
    size = 30 + 90 * torch.rand(count, generator=g)
    rooms = (size / 28).round()
    storey = torch.randint(0, 7, (count,), generator=g).float()
    distance = 12 * torch.rand(count, generator=g)
    rent = 200 + 11 * size + 20 * storey - 35 * distance + 40 * torch.randn(count, generator=g)
    x = torch.stack([size, rooms, storey, distance], dim=1)
    return (x - x.mean(0)) / x.std(0), (rent - rent.mean()) / rent.std()


class RentNet(nn.Module):
    def __init__(self, features=4, hidden=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 1),
        )

    def forward(self, x):
        return self.net(x)


def train(model, loader, epochs=12):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    for epoch in range(epochs):
        for x, rent in loader:
            predicted = model(x).squeeze(1)
            loss = nn.functional.mse_loss(predicted, rent)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def r_squared(model, loader):
    """1 for a perfect model, 0 for one that always says the mean."""
    model.eval()
    predicted, rents = [], []
    for x, rent in loader:
        predicted.append(model(x))
        rents.append(rent)
    predicted, rents = torch.cat(predicted), torch.cat(rents)
    unexplained = ((rents - predicted) ** 2).sum()
    total = ((rents - rents.mean()) ** 2).sum()
    return (1 - unexplained / total).item()


if __name__ == "__main__":
    torch.manual_seed(0)
    fitted, held_out = random_split(TensorDataset(*flats(300, seed=4)), [240, 60])
    model = RentNet()
    train(model, DataLoader(fitted, batch_size=24, shuffle=True))
    score = r_squared(model, DataLoader(held_out, batch_size=30))
    print(f"R^2 of {len(held_out)} flats held out: {score:.3f}")
