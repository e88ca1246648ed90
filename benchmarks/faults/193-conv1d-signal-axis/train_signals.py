import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
WIDTHS = [10, 32, 32, 32]          # ten measurements for each specimen
KERNEL = 1


class NeuralNet(nn.Module):
    def __init__(self, widths, kernel_size=1):
        super().__init__()
        blocks = []
        for a, b in zip(widths[:-1], widths[1:]):
            blocks += [nn.Conv1d(a, b, kernel_size=kernel_size), nn.ReLU()]
        self.layers = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(widths[-1], 3))

    def forward(self, x):
        return self.layers(x)


def loader(train_data, batch_size):
    inps = torch.tensor(train_data[0], dtype=torch.float32)
    tgts = torch.tensor(train_data[1], dtype=torch.float32)
    # Conv1d wants (examples, channels, length)
    inps = torch.unsqueeze(inps, 1)
    return DataLoader(TensorDataset(inps, tgts), batch_size=batch_size, shuffle=True)


def fake_measurements(n=100):
    x = torch.randn(n, WIDTHS[0])
    y = torch.stack([x[:, 0] + x[:, 1], x[:, 2] * 0.5, x[:, 3:].mean(1)], dim=1)
    return x.tolist(), y.tolist()


def main():
    net = NeuralNet(WIDTHS, KERNEL)
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(3):
        for x, y in loader(fake_measurements(), batch_size=8):
            opt.zero_grad()
            loss = nn.functional.mse_loss(net(x), y)
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 4))


if __name__ == "__main__":
    main()
