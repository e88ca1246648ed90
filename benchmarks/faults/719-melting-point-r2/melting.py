"""Melting points from descriptors of a molecule, with the R2 on molecules that were held out."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def molecules(count, descriptors=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    weights = torch.linspace(-1, 1, descriptors)
    x = torch.randn(count, descriptors, generator=generator)
    y = x @ weights + 0.1 * torch.randn(count, generator=generator)
    return TensorDataset(x, y)


def build(descriptors=8, hidden=32):
    return nn.Sequential(nn.Linear(descriptors, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def train(model, loader, epochs=30):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(epochs):
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x).squeeze(-1), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


@torch.no_grad()
def r2_score(model, dataset):
    """1 for a perfect model, 0 for one that always says the mean."""
    x, y = dataset.tensors
    residual = (y - model(x)).square().sum()
    total = (y - y.mean()).square().sum()
    return (1 - residual / total).item()


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(molecules(256), batch_size=32, shuffle=True)
    held_out = molecules(64, seed=1)
    model = build()
    final = train(model, loader)
    score = r2_score(model, held_out)
    print(f"training loss {final:.4f}, R2 {score:.3f}")
