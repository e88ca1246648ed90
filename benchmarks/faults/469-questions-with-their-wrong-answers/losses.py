"""Losses for ranking."""
import torch
from torch import nn
import torch.nn.functional as F


class RankHingeLoss(nn.Module):
    """The right answer against the mean of its wrong ones. Each right one stands before its ``num_neg`` wrong ones."""

    def __init__(self, num_neg=1, margin=1.0):
        super().__init__()
        self.num_neg, self.margin = num_neg, margin

    def forward(self, y_pred, y_true):
        y_pos = y_pred[::(self.num_neg + 1), :]
        y_neg = [y_pred[(i + 1)::(self.num_neg + 1), :] for i in range(self.num_neg)]
        y_neg = torch.stack(y_neg, dim=0).mean(dim=0) if self.num_neg > 1 else y_neg[0]
        return F.margin_ranking_loss(y_pos, y_neg, torch.ones_like(y_pos), margin=self.margin)
