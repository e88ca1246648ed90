"""The network that counts, its loss and its map."""
from torch import nn
import torch.nn.functional as F


class CrowdCounter(nn.Module):
    def __init__(self, net_name):
        super().__init__()
        if net_name == "MCC":
            from models.counters.MCC import MCC as ccnet
        elif net_name == "CSRNet":
            from models.counters.CSRNet import CSRNet as ccnet
        else:
            raise ValueError(net_name)
        self.net_name = net_name
        self.CCN = ccnet()
        self.loss_mse = None

    @property
    def loss(self):
        return self.loss_mse

    def forward(self, img, gt_map):
        density_map = self.CCN(img)
        self.loss_mse = F.mse_loss(density_map, gt_map)
        return density_map

    def test_forward(self, img):
        return self.CCN(img)
