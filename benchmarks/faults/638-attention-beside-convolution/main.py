"""Which quarter holds the bright spot, and is it striped?"""
import torch
import torch.nn.functional as F
from torch import nn

from attention_augmented_conv import AugmentedConv


class Net(nn.Module):
    def __init__(self, num_classes=8):
        super().__init__()
        self.aug1 = AugmentedConv(1, 16, 3, dk=8, dv=4, Nh=2)
        self.aug2 = AugmentedConv(16, 24, 3, dk=8, dv=8, Nh=4)
        self.bn1, self.bn2 = nn.BatchNorm2d(16), nn.BatchNorm2d(24)
        self.fc = nn.Linear(24 * 4, num_classes)

    def forward(self, x):
        x = F.max_pool2d(self.bn1(self.aug1(x)).relu(), 2)
        x = self.bn2(self.aug2(x)).relu()
        return self.fc(F.adaptive_avg_pool2d(x, 2).flatten(1))


def spots(count, g):
    x, label = torch.randn(count, 1, 12, 12, generator=g) * 0.2, torch.randint(0, 8, (count,), generator=g)
    for image, kind in zip(x, label.tolist()):
        top, left = 6 * (kind % 4 // 2) + 1, 6 * (kind % 2) + 1
        image[0, top:top + 4, left:left + 4:2 if kind > 3 else 1] += 1
    return x, label


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(1)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for step in range(20):
        x, label = spots(32, g)
        output = model(x)
        loss = F.cross_entropy(output, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 5 == 4:
            print(f"{step + 1}: {loss.item():.3f}, {(output.argmax(1) == label).float().mean():.2f}")
