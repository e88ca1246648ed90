"""The loss of boxes at fixed places."""
import torch
from torch import nn


def make_priors(cells, sizes):
    """Boxes (cells * cells * sizes, 4) as centre and size."""
    middle = (torch.arange(cells) + 0.5) / cells
    return torch.tensor([[x, y, s, s] for y in middle for x in middle for s in sizes])


def cxcy_to_xy(cxcy):
    return torch.cat([cxcy[:, :2] - cxcy[:, 2:] / 2, cxcy[:, :2] + cxcy[:, 2:] / 2], 1)


def xy_to_gcxgcy(xy, priors):
    cxcy = torch.cat([(xy[:, 2:] + xy[:, :2]) / 2, xy[:, 2:] - xy[:, :2]], 1)
    return torch.cat([(cxcy[:, :2] - priors[:, :2]) / (priors[:, 2:] / 10), torch.log(cxcy[:, 2:] / priors[:, 2:]) * 5], 1)


def find_jaccard_overlap(set_1, set_2):
    """(n1, 4) and (n2, 4) to (n1, n2)."""
    lower = torch.max(set_1[:, None, :2], set_2[None, :, :2])
    upper = torch.min(set_1[:, None, 2:], set_2[None, :, 2:])
    inter = (upper - lower).clamp(min=0).prod(2)
    areas = [(s[:, 2:] - s[:, :2]).prod(1) for s in (set_1, set_2)]
    return inter / (areas[0][:, None] + areas[1][None] - inter)


class MultiBoxLoss(nn.Module):
    def __init__(self, priors_cxcy, threshold=0.5, neg_pos_ratio=3, alpha=1.0):
        super().__init__()
        self.priors_cxcy, self.priors_xy = priors_cxcy, cxcy_to_xy(priors_cxcy)
        self.threshold, self.neg_pos_ratio, self.alpha = threshold, neg_pos_ratio, alpha
        self.smooth_l1 = nn.L1Loss()
        self.cross_entropy = nn.CrossEntropyLoss(reduction="none")

    def forward(self, predicted_locs, predicted_scores, boxes, labels):
        batch_size, n_priors, n_classes = predicted_scores.shape
        true_locs = torch.zeros((batch_size, n_priors, 4))
        true_classes = torch.zeros((batch_size, n_priors), dtype=torch.long)

        for i in range(batch_size):
            n_objects = boxes[i].size(0)
            overlap = find_jaccard_overlap(boxes[i], self.priors_xy)
            overlap_for_each_prior, object_for_each_prior = overlap.max(dim=0)
            # each object has at least its best box
            _, prior_for_each_object = overlap.max(dim=1)
            object_for_each_prior[prior_for_each_object] = torch.arange(n_objects)
            overlap_for_each_prior[prior_for_each_object] = 1.0
            label_for_each_prior = labels[i][object_for_each_prior]
            label_for_each_prior[overlap_for_each_prior < self.threshold] = 0
            true_classes[i] = label_for_each_prior
            true_locs[i] = xy_to_gcxgcy(boxes[i][object_for_each_prior], self.priors_cxcy)

        positive = true_classes != 0
        loc_loss = self.smooth_l1(predicted_locs[positive], true_locs[positive])

        n_positives = positive.sum(dim=1)
        n_hard_negatives = self.neg_pos_ratio * n_positives
        conf_loss_all = self.cross_entropy(predicted_scores.view(-1, n_classes), true_classes.view(-1))
        conf_loss_all = conf_loss_all.view(batch_size, n_priors)
        conf_loss_neg = conf_loss_all.masked_fill(positive, 0.0).sort(dim=1, descending=True)[0]
        hard = torch.arange(n_priors)[None] < n_hard_negatives[:, None]
        conf_loss = (conf_loss_neg[hard].sum() + conf_loss_all[positive].sum()) / n_positives.sum().float()
        return conf_loss + self.alpha * loc_loss
