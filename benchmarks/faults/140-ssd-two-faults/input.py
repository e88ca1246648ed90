import torch
import torch.nn as nn
import torch.nn.functional as F


class AnchorHead(nn.Module):
    def __init__(self, channels=16, anchors=3):
        super().__init__()
        self.anchors = anchors
        self.box = nn.Conv2d(channels, anchors * 4, 1)
        self.obj = nn.Conv2d(channels, anchors, 1)

    def forward(self, feat):
        b = feat.size(0)
        boxes = self.box(feat).permute(0, 2, 3, 1).reshape(b, -1, 4)
        obj = self.obj(feat).permute(0, 2, 3, 1).reshape(b, -1, 1)
        return boxes, obj


class DetectionLoss(nn.Module):
    """target boxes (b, n, 4), target_obj (b, n) in {0, 1}; one row per anchor."""

    def forward(self, boxes, obj, target_boxes, target_obj):
        positive = target_obj > 0
        n_pos = positive.sum().clamp(min=1)
        loss_box = F.smooth_l1_loss(boxes[positive], target_boxes, reduction="sum") / n_pos
        loss_obj = F.binary_cross_entropy_with_logits(obj, target_obj, reduction="sum") / n_pos
        return loss_box + loss_obj


if __name__ == "__main__":
    torch.manual_seed(0)
    head, criterion = AnchorHead(), DetectionLoss()
    feat = torch.randn(2, 16, 5, 5)
    boxes, obj = head(feat)
    target_obj = (torch.rand(2, 75) > 0.9).float()
    target_boxes = torch.rand(2, 75, 4)
    loss = criterion(boxes, obj, target_boxes, target_obj)
    loss.backward()
    print("loss", round(loss.item(), 3))
