"""How warm a rod is between a warm and a cold wall."""
import torch

from data_loader import DataLoader
from pinn import PINN, data_loss


def train(model, loader, epochs, lr=1e-2):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        loss_F = model.residual(loader.sample_collocation()).pow(2).mean()
        loss_IC = data_loss(model, *loader.sample_IC())
        loss_BC = data_loss(model, *loader.sample_BC())
        loss = loss_F + loss_IC + loss_BC
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss_F.item(), loss_IC.item(), loss_BC.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model, loader = PINN(), DataLoader()
    losses = train(model, loader, epochs=150)
    print("equation {:.4f}, beginning {:.4f}, walls {:.4f}".format(*losses))
    with torch.no_grad():
        walls = model(torch.tensor([[1.0, 0.9], [-1.0, 0.9]]))[:, 0]
    print(f"warm wall {walls[0].item():.2f}, cold wall {walls[1].item():.2f}")
