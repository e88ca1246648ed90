"""Find faces: a small network looks everywhere, a second looks at what the first proposes."""
import torch
import torch.nn.functional as F

from get_nets import PNet, RNet

STRIDE, CELL = 2, 12


def propose(pnet, image, threshold):
    """Boxes (n, 4) where the first network is sure enough, and how sure it is."""
    offsets, probs = pnet(image[None])
    scores = probs[0, 1]
    rows, columns = torch.where(scores > threshold)
    corners = torch.stack([columns, rows], dim=1).float() * STRIDE
    boxes = torch.cat([corners, corners + CELL], dim=1)
    return boxes + offsets[0, :, rows, columns].t() * CELL, scores[rows, columns]


def refine(rnet, image, boxes, threshold):
    height, width = image.shape[1:]
    crops = []
    for x1, y1, x2, y2 in boxes.round().long().tolist():
        x1, y1 = min(max(x1, 0), width - 2), min(max(y1, 0), height - 2)
        crop = image[:, y1:max(y2, y1 + 2), x1:max(x2, x1 + 2)]
        crops.append(F.interpolate(crop[None], size=(24, 24), mode="bilinear")[0])
    offsets, probs = rnet(torch.stack(crops))
    keep = probs[:, 1] > threshold
    return boxes[keep] + offsets[keep] * CELL, probs[keep, 1]


def detect_faces(image, pnet, rnet, thresholds=(0.5, 0.4)):
    with torch.no_grad():
        boxes, scores = propose(pnet, image, thresholds[0])
        if len(boxes) == 0:
            return boxes, scores
        return refine(rnet, image, boxes, thresholds[1])


if __name__ == "__main__":
    torch.manual_seed(0)
    pnet, rnet = PNet().eval(), RNet().eval()
    for size in ((40, 52), (36, 36)):
        boxes, scores = detect_faces(torch.rand(3, *size) * 2 - 1, pnet, rnet)
        print(len(boxes), f"{scores.sum():.3f}")
