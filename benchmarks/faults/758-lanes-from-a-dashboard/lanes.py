"""Road, lane markings and everything else in dashboard pictures."""
import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES = ("other", "road", "marking")
HEIGHT, WIDTH = 24, 40


class LaneNet(nn.Module):
    def __init__(self, width=16, classes=len(CLASSES)):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())
        self.context = nn.Sequential(
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=2, dilation=2), nn.BatchNorm2d(2 * width), nn.ReLU(),
        )
        self.head = nn.Conv2d(3 * width, classes, 1)

    def forward(self, pictures):
        fine = self.stem(pictures)
        coarse = F.interpolate(self.context(fine), size=fine.shape[-2:], mode="bilinear", align_corners=False)
        return self.head(torch.cat([fine, coarse], dim=1))


def drive(n, generator):
    """Pictures (n, 3, H, W) and masks (n, H, W): a grey road that narrows upwards, with a white line in its middle."""
    masks = torch.zeros(n, HEIGHT, WIDTH, dtype=torch.long)
    rows = torch.arange(HEIGHT).view(1, -1, 1)
    cols = torch.arange(WIDTH).view(1, 1, -1)
    horizon = torch.randint(6, 11, (n, 1, 1), generator=generator)
    bend = torch.randn(n, 1, 1, generator=generator) * 4
    depth = (rows - horizon) / (HEIGHT - horizon)
    middle = WIDTH / 2 + bend * (1 - depth) ** 2
    off = (cols - middle).abs()
    below = depth > 0
    masks[below & (off < 2 + 14 * depth)] = 1
    masks[below & (off < 0.5 + 1.5 * depth)] = 2
    palette = torch.tensor([[0.3, 0.5, 0.3], [0.4, 0.4, 0.4], [0.9, 0.9, 0.9]])
    pictures = palette[masks].permute(0, 3, 1, 2)
    return pictures + 0.1 * torch.randn(pictures.shape, generator=generator), masks


def pixel_loss(logits, masks, class_weights):
    n_classes = logits.size(1)
    logits = logits.contiguous().view(-1, n_classes)
    masks = masks.contiguous().view(-1)
    return F.cross_entropy(logits, masks, weight=class_weights)


def mean_iou(logits, masks):
    predicted = logits.argmax(dim=1)
    scores = []
    for c in range(logits.size(1)):
        both = ((predicted == c) & (masks == c)).sum()
        either = ((predicted == c) | (masks == c)).sum()
        if either > 0:
            scores.append(both / either)
    return torch.stack(scores).mean().item()


def train(steps=40, batch=6, lr=1e-2):
    generator = torch.Generator().manual_seed(0)
    class_weights = torch.tensor([1.0, 1.0, 3.0])
    net = LaneNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=steps)
    for step in range(1, steps + 1):
        pictures, masks = drive(batch, generator)
        loss = pixel_loss(net(pictures), masks, class_weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 10 == 0:
            print(f"step {step}: loss {loss.item():.3f}")
    return net.eval()


if __name__ == "__main__":
    torch.manual_seed(0)
    net = train()
    with torch.no_grad():
        pictures, masks = drive(32, torch.Generator().manual_seed(1))
        print(f"mean IoU {mean_iou(net(pictures), masks):.3f}")
