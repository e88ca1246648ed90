"""Losses of what belongs together: every pixel with its neighbours above, below, left and right."""
import torch
import torch.nn.functional as F
from torch import nn


def connectivity_matrix(mask):
    """Whether each pixel of masks (B, C, H, W) and its neighbour are both inside: (B, C, 4, H, W)."""
    padded = F.pad(mask, (1, 1, 1, 1))
    h, w = mask.shape[2:]
    neighbours = [padded[:, :, dy : dy + h, dx : dx + w] for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2))]
    return torch.stack([mask * n for n in neighbours], dim=2)


class ConnectLoss(nn.Module):
    def __init__(self, num_class):
        super().__init__()
        self.num_class = num_class

    def forward(self, c_map, target):
        if self.num_class == 1:
            return self.single_class_forward(c_map, target)
        return self.multi_class_forward(c_map, target)

    def single_class_forward(self, c_map, target):
        """``c_map`` (B, 4, H, W), ``target`` (B, 1, H, W) of zeros and ones."""
        con_target = connectivity_matrix(target.float())
        conn = F.binary_cross_entropy_with_logits(c_map.unsqueeze(1), con_target)
        vote = torch.sigmoid(c_map).mean(dim=1, keepdim=True).clamp(1e-6, 1 - 1e-6)
        return conn + F.binary_cross_entropy(vote, target.float())

    def multi_class_forward(self, c_map, target):
        """``c_map`` (B, C * 4, H, W), ``target`` of the numbers of the classes."""
        onehot = F.one_hot(target.long(), self.num_class).permute(0, 3, 1, 2).float()
        con_target = connectivity_matrix(onehot)
        c_map = c_map.view(c_map.size(0), self.num_class, 4, *c_map.shape[2:])
        conn = F.binary_cross_entropy_with_logits(c_map, con_target)
        vote = torch.sigmoid(c_map).mean(dim=2).clamp(1e-6, 1 - 1e-6)
        return conn + F.binary_cross_entropy(vote, onehot)
