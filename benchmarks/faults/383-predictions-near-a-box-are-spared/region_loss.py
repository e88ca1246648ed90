"""The confidence part of a YOLO loss: cells far from every box have to say so, cells near one are left alone."""
import torch
from torch import nn

ANCHORS = [(1.0, 1.2), (2.5, 2.0), (1.5, 3.0)]


def bbox_ious(boxes1, boxes2):
    """IoU of boxes in columns: rows are x, y, w, h with the middle as x, y."""
    mx = torch.min(boxes1[0] - boxes1[2] / 2, boxes2[0] - boxes2[2] / 2)
    Mx = torch.max(boxes1[0] + boxes1[2] / 2, boxes2[0] + boxes2[2] / 2)
    my = torch.min(boxes1[1] - boxes1[3] / 2, boxes2[1] - boxes2[3] / 2)
    My = torch.max(boxes1[1] + boxes1[3] / 2, boxes2[1] + boxes2[3] / 2)
    w = (boxes1[2] + boxes2[2] - (Mx - mx)).clamp(min=0)
    h = (boxes1[3] + boxes2[3] - (My - my)).clamp(min=0)
    inter = w * h
    return inter / (boxes1[2] * boxes1[3] + boxes2[2] * boxes2[3] - inter)


def build_targets(pred_boxes, target, nA, nH, nW, noobject_scale, sil_thresh):
    """pred_boxes: (nB * nA * nH * nW, 4) in this order; target: (nB, boxes, 5), rows of zeros are no boxes."""
    nB = target.size(0)
    nAnchors = nA * nH * nW
    conf_mask = torch.ones(nB, nA, nH, nW) * noobject_scale
    for b in range(nB):
        cur_pred_boxes = pred_boxes[b * nAnchors:(b + 1) * nAnchors].t()
        cur_ious = torch.zeros(nAnchors)
        for t in range(target.size(1)):
            if target[b, t, 1] == 0:
                break
            gx, gy = target[b, t, 1] * nW, target[b, t, 2] * nH
            gw, gh = target[b, t, 3] * nW, target[b, t, 4] * nH
            cur_gt_boxes = torch.stack([gx, gy, gw, gh]).repeat(nAnchors, 1).t()
            cur_ious = torch.max(cur_ious, bbox_ious(cur_pred_boxes, cur_gt_boxes))
        conf_mask[b][cur_ious > sil_thresh] = 0
    return conf_mask


class RegionLoss(nn.Module):
    def __init__(self, anchors=ANCHORS, noobject_scale=1.0, thresh=0.4):
        super().__init__()
        self.anchors = torch.tensor(anchors)
        self.noobject_scale, self.thresh = noobject_scale, thresh

    def boxes(self, output):
        nB, _, nH, nW = output.shape
        nA = len(self.anchors)
        output = output.view(nB, nA, 5, nH, nW)
        x = torch.sigmoid(output[:, :, 0]) + torch.arange(nW).view(1, 1, 1, nW)
        y = torch.sigmoid(output[:, :, 1]) + torch.arange(nH).view(1, 1, nH, 1)
        w = torch.exp(output[:, :, 2]) * self.anchors[:, 0].view(1, nA, 1, 1)
        h = torch.exp(output[:, :, 3]) * self.anchors[:, 1].view(1, nA, 1, 1)
        conf = torch.sigmoid(output[:, :, 4])
        return torch.stack([x, y, w, h], dim=-1).view(-1, 4), conf

    def forward(self, output, target):
        boxes, conf = self.boxes(output)
        nB, nA, nH, nW = conf.shape
        mask = build_targets(boxes.detach(), target, nA, nH, nW, self.noobject_scale, self.thresh)
        return (mask * conf ** 2).sum() / nB


if __name__ == "__main__":
    torch.manual_seed(0)
    head = nn.Conv2d(8, 5 * len(ANCHORS), 1)
    target = torch.zeros(2, 4, 5)
    target[0, 0] = torch.tensor([1, 0.5, 0.5, 0.3, 0.4])
    target[0, 1] = torch.tensor([0, 0.2, 0.7, 0.3, 0.3])
    target[1, 0] = torch.tensor([2, 0.8, 0.3, 0.2, 0.5])
    loss = RegionLoss()(head(torch.randn(2, 8, 5, 7)), target)
    loss.backward()
    print(loss.item())
