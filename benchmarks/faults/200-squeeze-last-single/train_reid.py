from __future__ import print_function, division

import torch
import torch.nn as nn
import torch.utils.data as data

torch.manual_seed(0)


class Crops(data.Dataset):
    """stand-in for the pedestrian crops: 33 pictures of 5 persons"""

    def __init__(self, n=33, persons=5):
        self.pid = torch.arange(n) % persons
        self.img = torch.randn(n, 3, 32, 16) + self.pid.view(-1, 1, 1, 1).float() * 0.3

    def __len__(self):
        return len(self.pid)

    def __getitem__(self, i):
        return self.img[i], self.pid[i]


class ft_net(nn.Module):
    def __init__(self, class_num):
        super(ft_net, self).__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1), nn.GroupNorm(4, 16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, 2, 1), nn.GroupNorm(4, 32), nn.ReLU())
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.bottleneck = nn.Sequential(nn.Linear(32, 16), nn.LayerNorm(16), nn.LeakyReLU(0.1))
        self.classifier = nn.Linear(16, class_num)

    def forward(self, x):
        x = self.body(x)
        x = self.avgpool(x)
        x = torch.squeeze(x)
        f = self.bottleneck(x)
        return self.classifier(f)


def train(epochs=2):
    loader = data.DataLoader(Crops(), batch_size=8, shuffle=True)
    net = ft_net(5)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for epoch in range(epochs):
        total, right = 0.0, 0
        for inputs, labels in loader:
            optimizer.zero_grad()
            outputs = net(inputs)
            _, preds = torch.max(outputs, 1)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * inputs.size(0)
            right += (preds == labels).sum().item()
        print('epoch {} loss {:.4f} acc {:.3f}'.format(epoch, total / 33, right / 33))


if __name__ == '__main__':
    train()
