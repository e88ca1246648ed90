"""A detector with one box at each place of its features."""
import torch
from torch import nn
import torch.nn.functional as F


def detection_collate(batch):
    """Pictures in one tensor, and a list of what they show."""
    return torch.stack([image for image, _ in batch]), [target for _, target in batch]


class SSD(nn.Module):
    def __init__(self, num_classes, width=12):
        super().__init__()
        self.num_classes = num_classes
        self.features = nn.Sequential(nn.Conv2d(3, width, 3, stride=2, padding=1), nn.ReLU(),
                                      nn.Conv2d(width, width, 3, stride=4, padding=1), nn.ReLU())
        self.loc = nn.Conv2d(width, 4, 3, padding=1)
        self.conf = nn.Conv2d(width, num_classes + 1, 3, padding=1)

    def forward(self, x):
        """Moves (batch, priors, 4), scores (batch, priors, 1 + classes) and the priors (priors, 4)."""
        f = self.features(x)
        h, w = f.shape[2:]
        y0, x0 = torch.meshgrid(torch.arange(h) / h, torch.arange(w) / w, indexing="ij")
        priors = torch.stack([x0, y0, x0 + 1 / w, y0 + 1 / h], dim=-1).reshape(-1, 4)
        loc = self.loc(f).permute(0, 2, 3, 1).reshape(len(x), -1, 4)
        conf = self.conf(f).permute(0, 2, 3, 1).reshape(len(x), -1, self.num_classes + 1)
        return loc, conf, priors


def multibox_loss(loc, conf, priors, targets):
    loss = 0.0
    for moves, scores, things in zip(loc, conf, targets):
        boxes, labels = things[:, :4], things[:, 4].long()
        centers = (boxes[:, :2] + boxes[:, 2:]) / 2
        best = torch.cdist(centers, (priors[:, :2] + priors[:, 2:]) / 2).argmin(dim=1)
        classes = torch.zeros(len(priors), dtype=torch.long)
        classes[best] = labels + 1
        loss = loss + F.smooth_l1_loss(moves[best], boxes - priors[best]) + F.cross_entropy(scores, classes)
    return loss / len(targets)
