import torch
import torch.nn as nn


def per_channel_dice(prob, target, epsilon=1e-5):
    """Dice coefficient of every channel, over the batch and the whole volume."""
    axes = (0, 2, 3, 4)
    intersect = (prob * target).sum(axes)
    denominator = (prob + target).sum(axes)
    return 2 * intersect / denominator.clamp(min=epsilon)


class DiceLoss(nn.Module):
    """
    logits: N x C x D x H x W
    labels: N x D x H x W, the class index of each voxel (the same file as for nn.CrossEntropyLoss)
    """

    def __init__(self, skip_background=False):
        super(DiceLoss, self).__init__()
        self.skip_background = skip_background

    def forward(self, logits, labels):
        prob = torch.softmax(logits, dim=1)
        target = labels.float()
        dice = per_channel_dice(prob, target)
        if self.skip_background:
            dice = dice[1:]
        return 1.0 - dice.mean()
