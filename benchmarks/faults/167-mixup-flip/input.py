import torch
import torch.nn as nn
import torch.nn.functional as F


def mixup(x, y, classes, alpha=0.4):
    lam = torch.distributions.Beta(alpha, alpha).sample((x.size(0),))
    onehot = F.one_hot(y, classes).float()
    x = lam.view(-1, 1, 1, 1) * x + (1 - lam).view(-1, 1, 1, 1) * x.flip(0)
    y = lam.view(-1, 1) * onehot + (1 - lam).view(-1, 1) * onehot.flip(0)
    return x, y


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 8))
    x, y = mixup(torch.randn(8, 3, 16, 16), torch.randint(0, 8, (8,)), 8)
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    print("mixup", tuple(y.shape))
