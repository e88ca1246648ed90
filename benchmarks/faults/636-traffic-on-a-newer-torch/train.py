"""Speeds on the highways of a county, an hour ahead."""
import torch
from torch.utils.data import DataLoader, TensorDataset

from graphwavenet import GraphWaveNet

SENSORS, HISTORY, HORIZON = 9, 7, 12


def metr(steps=120, seed=1):
    g = torch.Generator().manual_seed(seed)
    day = torch.arange(steps) / 48
    speed = 0.8 - 0.4 * torch.sin(2 * torch.pi * (day.unsqueeze(1) + torch.rand(SENSORS, generator=g)))
    speed = speed + 0.05 * torch.randn(steps, SENSORS, generator=g)
    x = torch.stack([speed, (day % 1).unsqueeze(1).expand(-1, SENSORS)])
    starts = range(steps - HISTORY - HORIZON)
    past = torch.stack([x[:, t:t + HISTORY].transpose(1, 2) for t in starts])
    future = torch.stack([speed[t + HISTORY:t + HISTORY + HORIZON] for t in starts])
    return TensorDataset(past, future)


def roads():
    a = torch.eye(SENSORS) + torch.diag(torch.ones(SENSORS - 1), 1)
    return [a / a.sum(1, keepdim=True), a.t() / a.t().sum(1, keepdim=True)]


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(metr(), batch_size=16, shuffle=True)
    model = GraphWaveNet(roads(), out_dim=HORIZON)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(2):
        total = 0.0
        for x, y in loader:
            output = model(x).squeeze(3)
            loss = (output - y).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: MAE {total / len(loader):.4f}")
