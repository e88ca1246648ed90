"""Relative camera pose of two stacked pictures: translation (3) and quaternion (4)."""
import torch
import torch.nn as nn


class PoseNet(nn.Module):
    def __init__(self, width=12):
        super(PoseNet, self).__init__()
        self.body = nn.Sequential(
            nn.Conv2d(6, width, 3, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride=2, padding=1), nn.ReLU(inplace=True))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.trans_head = nn.Conv2d(width, 3, kernel_size=1)
        self.rot_head = nn.Conv2d(width, 4, kernel_size=1)

    def forward(self, pair):
        x = self.pool(self.body(pair))
        trans = self.trans_head(x)
        rot = self.rot_head(x)
        return trans, rot


def l1(prediction, label):
    return torch.abs(prediction - label).mean()


class PoseLoss(nn.Module):
    """net plus loss, so that it can be wrapped for several devices"""

    def __init__(self, net, beta=10.0):
        super(PoseLoss, self).__init__()
        self.net = net
        self.beta = beta

    def forward(self, pair, translation_label, quaternion_label):
        trans, rot = self.net(pair)
        rot = rot / rot.norm(dim=1, keepdim=True).clamp(min=1e-8)
        loss_t = l1(trans, translation_label)
        loss_r = l1(rot, quaternion_label)
        return loss_t + self.beta * loss_r
