from __future__ import print_function
import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser(description='small digits, trained with a squared error')
parser.add_argument('--batch-size', type=int, default=25, metavar='N')
parser.add_argument('--epochs', type=int, default=3, metavar='N')
parser.add_argument('--lr', type=float, default=0.1, metavar='LR')
parser.add_argument('--seed', type=int, default=1, metavar='S')
args = parser.parse_args()
torch.manual_seed(args.seed)

num_classes = 10
glyphs = torch.rand(num_classes, 1, 12, 12).round()


def make_set(n):
    target = torch.LongTensor(n).random_(num_classes)
    return TensorDataset(glyphs[target] + 0.3 * torch.randn(n, 1, 12, 12), target)


train_loader = DataLoader(make_set(400), batch_size=args.batch_size, shuffle=True)
test_loader = DataLoader(make_set(100), batch_size=50)


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=3)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=2)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc(x.view(x.size(0), -1))


def one_hot(labels, n):
    y = torch.zeros(labels.size(0), n)
    return y.scatter_(1, labels, 1)


model = Net()
optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)


def train(epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, y = Variable(data), Variable(one_hot(target, num_classes))
        optimizer.zero_grad()
        loss = F.mse_loss(model(data), y)
        loss.backward()
        optimizer.step()
        if batch_idx % 8 == 0:
            print('Train Epoch: {} [{}/{}]\tLoss: {:.6f}'.format(
                epoch, batch_idx * len(data), len(train_loader.dataset), loss.item()))


def test():
    model.eval()
    correct = 0
    for data, target in test_loader:
        with torch.no_grad():
            pred = model(data).max(1, keepdim=True)[1]
        correct += pred.eq(target.view_as(pred)).sum().item()
    print('Test accuracy: {}/{}'.format(correct, len(test_loader.dataset)))
    return correct


for epoch in range(1, args.epochs + 1):
    train(epoch)
    test()
