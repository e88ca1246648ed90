import torch
import torch.nn.functional as F


def quantile_huber(q, y, taus):
    """q: (n, N, 1) predicted, y: (n, 1, N') target, taus: (n, N, 1); every pair counts"""
    u = y - q
    q_all, y_all = torch.broadcast_tensors(q, y)
    huber = F.smooth_l1_loss(q_all, y_all, reduction="none")
    weight = (taus - (u.detach() < 0).float()).abs()
    return (weight * huber).sum(1).mean()
