"""The loss of the second YOLO: boxes at anchors of a grid."""
import torch
import torch.nn.functional as F
from torch import nn


def bbox_ious(boxes1, boxes2):
    """Of boxes (x, y, w, h) in rows with boxes in rows."""
    left = torch.max(boxes1[:, 0] - boxes1[:, 2] / 2, boxes2[:, 0] - boxes2[:, 2] / 2)
    right = torch.min(boxes1[:, 0] + boxes1[:, 2] / 2, boxes2[:, 0] + boxes2[:, 2] / 2)
    top = torch.max(boxes1[:, 1] - boxes1[:, 3] / 2, boxes2[:, 1] - boxes2[:, 3] / 2)
    bottom = torch.min(boxes1[:, 1] + boxes1[:, 3] / 2, boxes2[:, 1] + boxes2[:, 3] / 2)
    inter = (right - left).clamp(min=0) * (bottom - top).clamp(min=0)
    return inter / (boxes1[:, 2] * boxes1[:, 3] + boxes2[:, 2] * boxes2[:, 3] - inter)


def build_targets(pred_boxes, target, anchors, nH, nW, noobject_scale, object_scale, sil_thresh):
    """``pred_boxes`` has a row for each anchor of each picture, row and column; ``target`` (picture, box, 5)."""
    nB, nA = target.size(0), len(anchors)
    conf_mask = torch.ones(nB, nA, nH, nW) * noobject_scale
    coord_mask = torch.zeros(nB, nA, nH, nW)
    tcoord = torch.zeros(4, nB, nA, nH, nW)
    tconf = torch.zeros(nB, nA, nH, nW)
    nAnchors = nA * nH * nW
    for b in range(nB):
        cur_pred_boxes = pred_boxes[b * nAnchors:(b + 1) * nAnchors]
        cur_ious = torch.zeros(nAnchors)
        for box in target[b]:
            if box[3] == 0:
                break
            gt = box[1:] * torch.tensor([nW, nH, nW, nH])
            cur_ious = torch.max(cur_ious, bbox_ious(cur_pred_boxes, gt.expand(nAnchors, 4)))
        conf_mask[b][cur_ious > sil_thresh] = 0
        for box in target[b]:
            if box[3] == 0:
                break
            gx, gy, gw, gh = (box[1:] * torch.tensor([nW, nH, nW, nH])).tolist()
            gi, gj = int(gx), int(gy)
            sizes = torch.cat([torch.zeros(nA, 2), anchors], dim=1)
            best_n = bbox_ious(sizes, torch.tensor([0.0, 0.0, gw, gh]).expand(nA, 4)).argmax().item()
            coord_mask[b][best_n][gj][gi] = 1
            conf_mask[b][best_n][gj][gi] = object_scale
            tcoord[:, b, best_n, gj, gi] = torch.tensor([gx - gi, gy - gj, gw, gh])
            cell = pred_boxes[((b * nA + best_n) * nH + gj) * nW + gi]
            tconf[b][best_n][gj][gi] = bbox_ious(cell.view(1, 4), torch.tensor([[gx, gy, gw, gh]]))[0]
    return coord_mask, conf_mask, tcoord, tconf


class RegionLoss(nn.Module):
    def __init__(self, anchors, object_scale=5.0, noobject_scale=1.0, thresh=0.6):
        super().__init__()
        self.register_buffer("anchors", torch.tensor(anchors))
        self.object_scale, self.noobject_scale, self.thresh = object_scale, noobject_scale, thresh

    def forward(self, output, target):
        nA = len(self.anchors)
        nB, _, nH, nW = output.shape
        output = output.view(nB, nA, 5, nH, nW)
        xy, wh, conf = output[:, :, :2].sigmoid(), output[:, :, 2:4].clamp(max=4).exp(), output[:, :, 4].sigmoid()
        wh = wh * self.anchors.view(1, nA, 2, 1, 1)
        rows, columns = torch.meshgrid(torch.arange(nH), torch.arange(nW), indexing="ij")
        boxes = torch.cat([xy + torch.stack([columns, rows]), wh], dim=2)
        pred_boxes = boxes.detach().permute(0, 1, 3, 4, 2).reshape(-1, 4)
        coord_mask, conf_mask, tcoord, tconf = build_targets(
            pred_boxes, target, self.anchors, nH, nW, self.noobject_scale, self.object_scale, self.thresh)
        coord = torch.cat([xy, wh.sqrt()], dim=2).permute(2, 0, 1, 3, 4)
        tcoord = torch.cat([tcoord[:2], tcoord[2:].sqrt()])
        loss_coord = F.mse_loss(coord * coord_mask, tcoord * coord_mask, reduction="sum") / 2
        loss_conf = (conf_mask * (conf - tconf).pow(2)).sum() / 2
        return (loss_coord + loss_conf) / nB
