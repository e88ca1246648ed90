import torch
from torch import nn


class ResidualDown(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.short = nn.Conv2d(cin, cout, 1, stride=2, bias=False)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.short(x))


class Encoder(nn.Module):
    """Feature map after four halvings; out_channels tells its depth."""

    out_channels = 64

    def __init__(self):
        super().__init__()
        widths = [3, 16, 32, 48, self.out_channels]
        self.stages = nn.Sequential(*[ResidualDown(a, b) for a, b in zip(widths, widths[1:])])

    def forward(self, x):
        return self.stages(x)


class MLP(nn.Sequential):
    def __init__(self, din, hidden, dout):
        super().__init__(nn.Linear(din, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, dout))


class OnlineArm(nn.Module):
    def __init__(self, hidden=32, projection=16):
        super().__init__()
        self.encoder = Encoder()
        self.projector = MLP(self.encoder.out_channels, hidden, projection)
        self.predictor = MLP(projection, hidden, projection)

    def forward(self, x):
        y = self.encoder(x)
        y = y.view(y.shape[0], -1)
        z = self.projector(y)
        return self.predictor(z)


def update_target(online, target, tau=0.99):
    for a, b in zip(online.parameters(), target.parameters()):
        b.data.mul_(tau).add_(a.data, alpha=1 - tau)
