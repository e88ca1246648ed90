import torch
import torch.nn as nn


def mse(pred, target):
    return ((pred - target) ** 2).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(64, 9)
    price = x[:, 0] * 3 + 1
    net = nn.Sequential(nn.Linear(9, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(20):
        loss = mse(net(x), price)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("mse", round(loss.item(), 3))
