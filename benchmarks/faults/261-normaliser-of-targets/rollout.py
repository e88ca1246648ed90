import torch
from torch import nn

from normaliser import PointwiseNormaliser
from vorticity import simulate

GRID, T_IN, T_OUT = 16, 10, 6


class FrameNet(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(T_IN, width, 3, padding=1, padding_mode="circular"), nn.GELU(),
            nn.Conv2d(width, T_OUT, 3, padding=1, padding_mode="circular"))

    def forward(self, x):
        return self.net(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def prepare(count=24, seed=0):
    data = simulate(count, GRID, T_IN + T_OUT, seed)
    train_x, train_y = data[..., :T_IN], data[..., T_IN:]
    x_normaliser = PointwiseNormaliser(train_x)
    y_normaliser = PointwiseNormaliser(train_x)
    train_x = x_normaliser.encode(train_x)
    train_y = y_normaliser.encode(train_y)
    return train_x, train_y, y_normaliser


def relative_error(pred, true):
    num = (pred - true).flatten(1).norm(dim=1)
    return (num / true.flatten(1).norm(dim=1)).mean()


def main():
    torch.manual_seed(0)
    x, y, y_normaliser = prepare()
    net = FrameNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for epoch in range(5):
        out = y_normaliser.decode(net(x))
        loss = relative_error(out, y_normaliser.decode(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
