from __future__ import print_function
import torch
import torch.nn as nn
import torch.utils.data as data
from torch.autograd import Variable


class BoxDataset(data.Dataset):
    """picture i carries (i % 3) + 1 boxes, rows are xmin ymin xmax ymax label"""

    def __len__(self):
        return 8

    def __getitem__(self, i):
        torch.manual_seed(i)
        img = torch.rand(3, 64, 64)
        n = i % 3 + 1
        corner = torch.rand(n, 2) * 0.5
        boxes = torch.cat([corner, corner + 0.3, torch.ones(n, 1)], 1)
        return img, boxes


class TinyDetector(nn.Module):
    """one box for each picture, enough to exercise the pipeline"""

    def __init__(self):
        super(TinyDetector, self).__init__()
        self.conv = nn.Conv2d(3, 8, 5, stride=4)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu(self.conv(x)).mean(3).mean(2)
        return torch.sigmoid(self.fc(x))


def multibox_loss(loc, targets):
    """distance of the predicted box to the nearest true box of its own picture"""
    total = 0
    for k in range(loc.size(0)):
        truth = targets[k][:, :4]
        dist = (loc[k].unsqueeze(0).expand_as(truth) - truth).abs().sum(1)
        total = total + dist.min()
    return total / loc.size(0)


def main():
    loader = data.DataLoader(BoxDataset(), batch_size=4, shuffle=False)
    net = TinyDetector()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for epoch in range(2):
        for images, targets in loader:
            images = Variable(images)
            targets = [Variable(t) for t in targets]
            loss = multibox_loss(net(images), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print('epoch', epoch, 'loss', loss.item())


if __name__ == '__main__':
    main()
