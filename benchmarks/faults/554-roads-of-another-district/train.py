"""How many cars come in the next quarter of an hour, from the last hour and from the roads."""
import torch
from torch import nn
from torch.utils.data import DataLoader

from model import DGCN
from utils import get_adjacency_matrix, load_flow, scaled_laplacian

POINTS, HORIZON, BATCH_SIZE = 12, 3, 8


def compute_val_loss(net, loader, criterion, supports):
    with torch.no_grad():
        losses = [criterion(net(x, supports), y).item() for x, y in loader]
    return sum(losses) / len(losses)


if __name__ == "__main__":
    torch.manual_seed(0)
    supports = scaled_laplacian(get_adjacency_matrix("PEMS/distance.csv"))
    data = load_flow("PEMS/pems.npz", POINTS, HORIZON)
    loader = DataLoader(data, BATCH_SIZE, shuffle=True)
    net, criterion = DGCN(1, POINTS, HORIZON), nn.SmoothL1Loss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    print(f"before: {compute_val_loss(net, loader, criterion, supports):.3f}")
    for epoch in range(2):
        for x, y in loader:
            loss = criterion(net(x, supports), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {compute_val_loss(net, loader, criterion, supports):.3f}")
