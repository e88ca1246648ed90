"""Detect at three scales; the anchors, small to large, are shared out among the scales by masks."""
import torch
from torch import nn

ANCHORS = [(4, 5), (6, 10), (11, 8), (10, 20), (20, 15), (20, 40), (39, 30), (52, 66), (125, 110)]
MASKS = [[7, 8], [4, 5, 6], [0, 1, 2, 3]]


class YoloLayer(nn.Module):
    """From a map of numbers to boxes: (batch, anchors * places, 5 + classes)."""

    def __init__(self, anchors, classes, stride):
        super().__init__()
        self.register_buffer("anchors", torch.tensor(anchors).float())
        self.classes, self.stride = classes, stride

    def forward(self, x):
        batch, _, h, w = x.shape
        x = x.view(batch, len(self.anchors), 5 + self.classes, h, w).permute(0, 1, 3, 4, 2)
        grid = torch.stack(torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")[::-1], dim=-1)
        centers = (x[..., :2].sigmoid() + grid) * self.stride
        sizes = x[..., 2:4].exp() * self.anchors.view(1, -1, 1, 1, 2)
        return torch.cat([centers, sizes, x[..., 4:].sigmoid()], dim=-1).flatten(1, 3)


def conv(inside, outside, stride=1):
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside), nn.LeakyReLU(0.1))


class TinyDetector(nn.Module):
    def __init__(self, classes=1, masks=MASKS, width=8):
        super().__init__()
        self.backbone = nn.Sequential(conv(3, width, 2), conv(width, 2 * width, 2))
        self.stages = nn.ModuleList([
            conv(2 * width, 2 * width, 2), conv(2 * width, 4 * width, 2), conv(4 * width, 8 * width, 2)])
        filters = len(ANCHORS) // len(masks) * (5 + classes)
        self.heads, self.boxes = nn.ModuleList(), nn.ModuleList()
        for i, mask in enumerate(reversed(masks)):
            self.heads.append(nn.Conv2d(2 * width * 2 ** i, filters, 1))
            self.boxes.append(YoloLayer([ANCHORS[k] for k in mask], classes, 8 * 2 ** i))

    def forward(self, x):
        x = self.backbone(x)
        found = []
        for stage, head, box in zip(self.stages, self.heads, self.boxes):
            x = stage(x)
            found.append(box(head(x)))
        return torch.cat(found, dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    print(TinyDetector()(torch.randn(2, 3, 64, 64)).shape)
