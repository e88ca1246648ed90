"""Test a classifier: how often is the label the best guess, and how often among the five best."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, value, n):
        self.sum += value * n
        self.count += n

    @property
    def avg(self):
        return self.sum / max(self.count, 1)


class SmallNet(nn.Module):
    def __init__(self, classes=10, width=8):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.fc = nn.Linear(2 * width, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.conv2(x)).mean(dim=(2, 3))
        return self.fc(x)


def accuracy(output, target, topk=(1,)):
    """Per cent of the samples whose label is among the k best scores, for each k."""
    maxk = max(topk)
    batch_size = target.size(0)
    _, pred = output.topk(maxk, 1, largest=True, sorted=True)
    pred = pred.t()
    correct = pred.eq(target.reshape(1, -1).expand_as(pred))
    res = []
    for k in topk:
        correct_k = correct[:k].view(-1).float().sum(0)
        res.append(correct_k.mul_(100.0 / batch_size))
    return res


@torch.no_grad()
def test(model, loader):
    losses, top1, top5 = AverageMeter(), AverageMeter(), AverageMeter()
    model.eval()
    for inputs, targets in loader:
        outputs = model(inputs)
        loss = nn.functional.cross_entropy(outputs, targets)
        prec1, prec5 = accuracy(outputs, targets, topk=(1, 5))
        losses.update(loss.item(), len(inputs))
        top1.update(prec1.item(), len(inputs))
        top5.update(prec5.item(), len(inputs))
    return losses.avg, top1.avg, top5.avg


if __name__ == "__main__":
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(50, 3, 16, 16), torch.randint(0, 10, (50,)))
    print("loss %.4f  top-1 %.2f  top-5 %.2f" % test(SmallNet(), DataLoader(data, batch_size=16)))
