"""A small detector from a list of blocks, as darknet writes them: thirteen convolutions, two heads."""
import torch
from torch import nn

# (kind, ...): conv filters size | max size stride | route layers | upsample | head
TINY = [
    ("conv", 4, 3), ("max", 2, 2), ("conv", 8, 3), ("max", 2, 2), ("conv", 8, 3), ("max", 2, 2),
    ("conv", 16, 3), ("max", 2, 2), ("conv", 16, 3), ("max", 2, 2), ("conv", 32, 3), ("max", 2, 1),
    ("conv", 32, 3), ("conv", 16, 1), ("conv", 32, 3), ("head",),
    ("route", 13), ("conv", 8, 1), ("upsample",), ("route", -1, 8), ("conv", 16, 3), ("head",),
]


def conv(in_ch, filters, size):
    return nn.Sequential(nn.Conv2d(in_ch, filters, size, padding=size // 2, bias=False), nn.BatchNorm2d(filters), nn.LeakyReLU(0.1))


class Darknet(nn.Module):
    def __init__(self, blocks=TINY, num_classes=2, anchors=3):
        super().__init__()
        self.blocks, self.module_list = blocks, nn.ModuleList()
        filters = [3]
        for kind, *options in blocks:
            out = filters[-1]
            if kind == "conv":
                module, out = conv(filters[-1], *options), options[0]
            elif kind == "max":
                size, stride = options
                module = nn.MaxPool2d(size, stride)
            elif kind == "upsample":
                module = nn.Upsample(scale_factor=2, mode="nearest")
            elif kind == "route":
                module = nn.Identity()
                out = sum(filters[1:][i] for i in options)
            else:
                module = nn.Conv2d(filters[-1], anchors * (5 + num_classes), 1)
                out = filters[-1]
            self.module_list.append(module)
            filters.append(out)

    def forward(self, x):
        """Two maps of boxes, of cells of 32 and of 16 pixels."""
        outputs, detections = [], []
        for (kind, *options), module in zip(self.blocks, self.module_list):
            if kind == "route":
                x = torch.cat([outputs[i] for i in options], 1)
            elif kind == "head":
                detections.append(module(x))
            else:
                x = module(x)
            outputs.append(x)
        return detections


def decode(detection, img_size, num_classes=2, anchors=((10, 14), (23, 27), (37, 58))):
    """(B, A * (5 + C), G, G) becomes boxes in pixels (B, A * G * G, 5 + C)."""
    b, _, g, _ = detection.shape
    stride = img_size // g
    p = detection.view(b, len(anchors), 5 + num_classes, g, g).permute(0, 1, 3, 4, 2)
    rows, cols = torch.meshgrid(torch.arange(g), torch.arange(g), indexing="ij")
    xy = (torch.sigmoid(p[..., :2]) + torch.stack([cols, rows], -1)) * stride
    wh = torch.exp(p[..., 2:4]) * torch.tensor(anchors).view(1, -1, 1, 1, 2)
    return torch.cat([xy, wh, torch.sigmoid(p[..., 4:])], -1).reshape(b, -1, 5 + num_classes)
