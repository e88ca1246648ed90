"""How well boxes lie on each other, also by the distance of their middles and by their forms."""
import torch


def box_area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def box_iou(boxes1, boxes2):
    lt = torch.max(boxes1[:, None, :2], boxes2[:, :2])
    rb = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
    wh = (rb - lt).clamp(min=0)
    inter = wh[:, :, 0] * wh[:, :, 1]
    return inter / (box_area(boxes1)[:, None] + box_area(boxes2) - inter)


def _box_diou_iou(boxes1, boxes2, eps=1e-7):
    iou = box_iou(boxes1, boxes2)
    lti = torch.min(boxes1[:, None, :2], boxes2[:, :2])
    rbi = torch.max(boxes1[:, None, 2:], boxes2[:, 2:])
    whi = (rbi - lti).clamp(min=0)
    diagonal_distance_squared = whi[:, :, 0] ** 2 + whi[:, :, 1] ** 2 + eps
    x_p, y_p = (boxes1[:, 0] + boxes1[:, 2]) / 2, (boxes1[:, 1] + boxes1[:, 3]) / 2
    x_g, y_g = (boxes2[:, 0] + boxes2[:, 2]) / 2, (boxes2[:, 1] + boxes2[:, 3]) / 2
    centers_distance_squared = (x_p[:, None] - x_g) ** 2 + (y_p[:, None] - y_g) ** 2
    return iou - centers_distance_squared / diagonal_distance_squared, iou


def distance_box_iou(boxes1, boxes2, eps=1e-7):
    """Of boxes (N, 4) and (M, 4) a matrix (N, M)."""
    return _box_diou_iou(boxes1, boxes2, eps)[0]


def complete_box_iou(boxes1, boxes2, eps=1e-7):
    """Of boxes (N, 4) and (M, 4) a matrix (N, M)."""
    diou, iou = _box_diou_iou(boxes1, boxes2, eps)
    w_pred = boxes1[:, 2] - boxes1[:, 0]
    h_pred = boxes1[:, 3] - boxes1[:, 1]
    w_gt = boxes2[:, 2] - boxes2[:, 0]
    h_gt = boxes2[:, 3] - boxes2[:, 1]
    v = (4 / torch.pi ** 2) * torch.pow(torch.atan(w_pred / h_pred) - torch.atan(w_gt / h_gt), 2)
    with torch.no_grad():
        alpha = v / (1 - iou + v + eps)
    return diou - alpha * v


def match(predicted, true, measure):
    """For each true box the prediction that fits best."""
    return measure(predicted, true).argmax(dim=0)


if __name__ == "__main__":
    torch.manual_seed(0)
    true = torch.tensor([[10.0, 10, 30, 50], [40, 20, 90, 40], [5, 60, 25, 80]])
    predicted = torch.cat([true.flip(0) + torch.randn(3, 4), true[:2] + 6 * torch.rand(2, 4)])
    for measure in (box_iou, distance_box_iou, complete_box_iou):
        print(measure.__name__, match(predicted, true, measure).tolist())
