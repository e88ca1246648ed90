import torch
from torch import nn


def conv(cin, cout, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride=stride, padding=1), nn.BatchNorm2d(cout), nn.SiLU())


class AnchorHeads(nn.Module):
    """Decoupled heads over two scales, several anchors per cell."""

    def __init__(self, num_classes=5, n_anchors=3, width=16, strides=(8, 16)):
        super().__init__()
        self.num_classes, self.n_anchors, self.strides = num_classes, n_anchors, strides
        self.stem = nn.Sequential(conv(3, width, 2), conv(width, width, 2), conv(width, width, 2))
        self.deeper = conv(width, width, 2)
        self.cls_convs, self.reg_convs = nn.ModuleList(), nn.ModuleList()
        self.cls_preds, self.reg_preds, self.obj_preds = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for _ in strides:
            self.cls_convs.append(conv(width, width))
            self.reg_convs.append(conv(width, width))
            self.cls_preds.append(nn.Conv2d(width, self.n_anchors * self.num_classes, 1))
            self.reg_preds.append(nn.Conv2d(width, 4, 1))
            self.obj_preds.append(nn.Conv2d(width, self.n_anchors * 1, 1))

    def per_anchor(self, t, numbers):
        b, _, h, w = t.shape
        t = t.view(b, self.n_anchors, numbers, h, w)
        return t.permute(0, 1, 3, 4, 2).reshape(b, self.n_anchors * h * w, numbers)

    def forward(self, x):
        fine = self.stem(x)
        outputs = []
        for k, feature in enumerate((fine, self.deeper(fine))):
            reg_feature = self.reg_convs[k](feature)
            boxes = self.per_anchor(self.reg_preds[k](reg_feature), 4)
            objectness = self.per_anchor(self.obj_preds[k](reg_feature), 1).sigmoid()
            classes = self.per_anchor(self.cls_preds[k](self.cls_convs[k](feature)), self.num_classes).sigmoid()
            boxes = torch.cat([boxes[..., :2], boxes[..., 2:].exp()], dim=-1) * self.strides[k]
            outputs.append(torch.cat([boxes, objectness, classes], dim=-1))
        return torch.cat(outputs, dim=1)
