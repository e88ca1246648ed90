import torch
import torch.nn as nn
import torch.nn.functional as F

from anchors import AnchorGenerator
from heads import Head


class Detector(nn.Module):
    def __init__(self, classes=3, ch=16):
        super().__init__()
        # small objects in our data: one more scale than the paper
        self.anchors = AnchorGenerator(scales=(0.7, 1.0, 1.26, 1.59))
        self.c3 = nn.Sequential(nn.Conv2d(3, ch, 8, stride=8), nn.ReLU())
        self.c4 = nn.Sequential(nn.Conv2d(ch, ch, 3, stride=2, padding=1), nn.ReLU())
        self.cls_head = Head(ch, classes)
        self.box_head = Head(ch, 4)

    def forward(self, images):
        p3 = self.c3(images)
        p4 = self.c4(p3)
        feats = [p3, p4]
        anchors = self.anchors([f.shape[-2:] for f in feats])
        return self.cls_head(feats), self.box_head(feats), anchors


def loss_fn(cls, box, anchors, targets):
    total = 0.0
    for c, b, t in zip(cls, box, targets):
        ctr = (anchors[:, :2] + anchors[:, 2:]) / 2
        inside = ((ctr > t[:2]) & (ctr < t[2:4])).all(-1)
        onehot = torch.zeros_like(c)
        onehot[inside, int(t[4])] = 1.0
        total = total + F.binary_cross_entropy_with_logits(c, onehot)
        total = total + F.smooth_l1_loss(b[inside], (t[:4] - anchors[inside]) / 32)
    return total / len(targets)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Detector()
    cls, box, anchors = net(torch.randn(2, 3, 64, 96))
    targets = torch.tensor([[5.0, 5.0, 50.0, 40.0, 1.0], [20.0, 10.0, 80.0, 60.0, 2.0]])
    loss = loss_fn(cls, box, anchors, targets)
    loss.backward()
    print(cls.shape, box.shape, anchors.shape, round(loss.item(), 3))
