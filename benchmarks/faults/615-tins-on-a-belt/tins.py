"""Counts dented and rusty tins on pictures of a belt, from the raw answer of a detector."""
import torch

CLASSES = ("dented", "rusty")


def box_iou(a, b):
    """(n, 4) and (m, 4) give (n, m); boxes are left, top, right, bottom."""
    low = torch.maximum(a[:, None, :2], b[None, :, :2])
    high = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    common = (high - low).clamp(min=0).prod(dim=2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(dim=1), (b[:, 2:] - b[:, :2]).prod(dim=1)
    return common / (area_a[:, None] + area_b[None] - common)


def nms(boxes, scores, limit):
    order, keep = scores.argsort(descending=True), []
    while len(order):
        best = order[0]
        keep.append(best)
        order = order[1:][box_iou(boxes[best][None], boxes[order[1:]])[0] <= limit]
    return torch.stack(keep)


def postprocess(boxes, scores, threshold=0.5, limit=0.5):
    """What is found on one picture, a row (left, top, right, bottom, score, class) each."""
    found = []
    for c in range(scores.size(1)):
        sure = scores[:, c] > threshold
        if not sure.any():
            continue
        b, s = boxes[sure], scores[sure, c]
        keep = nms(b, s, limit)
        kind = torch.full((len(keep), 1), float(c))
        found.append(torch.cat([b[keep], s[keep, None], kind], dim=1))
    return torch.cat(found)


def raw_answer(truth, generator, per_tin=3, noise=20):
    """What a detector might say: some boxes near each tin, and many that mean nothing."""
    boxes, scores = [], []
    for x1, y1, x2, y2, c in truth.tolist():
        near = torch.tensor([x1, y1, x2, y2]) + torch.randn(per_tin, 4, generator=generator)
        score = 0.1 * torch.rand(per_tin, len(CLASSES), generator=generator)
        score[:, int(c)] = 0.6 + 0.3 * torch.rand(per_tin, generator=generator)
        boxes.append(near), scores.append(score)
    corner = 80 * torch.rand(noise, 2, generator=generator)
    boxes.append(torch.cat([corner, corner + 12], dim=1))
    scores.append(0.3 * torch.rand(noise, len(CLASSES), generator=generator))
    return torch.cat(boxes), torch.cat(scores)


def evaluate(pictures, generator):
    """How many tins were found, how many boxes were given, and how many tins there are."""
    hits = given = tins = 0
    for truth in pictures:
        rows = postprocess(*raw_answer(truth, generator))
        same = rows[:, 5][:, None] == truth[:, 4][None]
        hits += ((box_iou(rows[:, :4], truth[:, :4]) > 0.5) & same).any(dim=0).sum().item()
        given, tins = given + len(rows), tins + len(truth)
    return hits, given, tins


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(0)
    pictures = []
    for count in (3, 2, 4, 0, 1, 2):
        corner = torch.tensor([[20.0 * i, 10.0 * i] for i in range(count)]).view(-1, 2)
        kind = torch.randint(len(CLASSES), (count, 1), generator=generator).float()
        pictures.append(torch.cat([corner, corner + 15, kind], dim=1))
    hits, given, tins = evaluate(pictures, generator)
    print(f"{hits} of {tins} tins found with {given} boxes")
