"""Learn boxes around bright patches."""
import torch
from torch import nn

from region_loss import RegionLoss

ANCHORS = [[0.6, 0.6], [1.0, 1.5], [1.5, 1.0], [2.0, 2.0], [3.0, 2.0]]
GRID, MAX_BOXES = 4, 3


def scenes(count, g):
    images, target = torch.rand(count, 3, 32, 32, generator=g) * 0.2, torch.zeros(count, MAX_BOXES, 5)
    for image, boxes in zip(images, target):
        for t in range(int(torch.randint(1, MAX_BOXES + 1, (), generator=g))):
            w, h = (torch.randint(4, 17, (2,), generator=g)).tolist()
            x, y = int(torch.randint(0, 32 - w, (), generator=g)), int(torch.randint(0, 32 - h, (), generator=g))
            image[:, y:y + h, x:x + w] += 0.6
            boxes[t] = torch.tensor([0, (x + w / 2) / 32, (y + h / 2) / 32, w / 32, h / 32])
    return images, target


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(1)
    layers, ch = [], 3
    for width in (8, 16, 16):
        layers += [nn.Conv2d(ch, width, 3, padding=1), nn.BatchNorm2d(width), nn.LeakyReLU(0.1), nn.MaxPool2d(2)]
        ch = width
    model = nn.Sequential(*layers, nn.Conv2d(ch, 5 * len(ANCHORS), 1))
    region_loss = RegionLoss(ANCHORS)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    for step in range(6):
        images, target = scenes(4, g)
        loss = region_loss(model(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{step}: {loss.item():.3f}")
