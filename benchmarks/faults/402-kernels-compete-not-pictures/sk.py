"""Selective kernels: every channel chooses between convolutions of several sizes."""
from collections import OrderedDict

import torch
from torch import nn


class SKAttention(nn.Module):
    def __init__(self, channel=8, kernels=(1, 3, 5), reduction=2, group=1, L=4):
        super().__init__()
        self.d = max(L, channel // reduction)
        self.convs = nn.ModuleList([
            nn.Sequential(OrderedDict([
                ("conv", nn.Conv2d(channel, channel, kernel_size=k, padding=k // 2, groups=group)),
                ("bn", nn.BatchNorm2d(channel)),
                ("relu", nn.ReLU())]))
            for k in kernels])
        self.fc = nn.Linear(channel, self.d)
        self.fcs = nn.ModuleList([nn.Linear(self.d, channel) for _ in kernels])
        self.softmax = nn.Softmax(dim=1)

    def weigh(self, summed):
        """How much of each kernel: (kernels, B, C, 1, 1), shares that make one together."""
        bs, c, _, _ = summed.size()
        z = self.fc(summed.mean(-1).mean(-1))
        weights = [fc(z).view(bs, c, 1, 1) for fc in self.fcs]
        return self.softmax(torch.stack(weights, 0))

    def forward(self, x):
        feats = torch.stack([conv(x) for conv in self.convs], 0)
        attention = self.weigh(feats.sum(0))
        return (attention * feats).sum(0)


class SKNet(nn.Module):
    def __init__(self, classes=5, channel=8):
        super().__init__()
        self.stem = nn.Conv2d(3, channel, 3, stride=2, padding=1)
        self.sk1, self.sk2 = SKAttention(channel), SKAttention(channel, kernels=(3, 5))
        self.fc = nn.Linear(channel, classes)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = x + self.sk1(x)
        x = x + self.sk2(x)
        return self.fc(x.mean(dim=(2, 3)))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SKNet()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for _ in range(3):
        x, y = torch.randn(6, 3, 16, 16), torch.randint(0, 5, (6,))
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("%.3f" % loss.item())
