import torch
import torch.nn as nn


def batched_index_select(x, dim, index):
    """x: (B, C, N); index: (B, K); picks K of the N points"""
    views = [x.size(0)] + [1 if i != dim else -1 for i in range(1, x.dim())]
    expanse = list(x.shape)
    expanse[0] = -1
    expanse[dim] = -1
    index = index.view(views).expand(expanse)
    return torch.gather(x, dim, index)


class CurveGrouping(nn.Module):
    """Chooses start points by a learned score and walks a few greedy steps through feature space."""

    def __init__(self, channels=16, curve_num=10, curve_length=4):
        super().__init__()
        self.curve_num = curve_num
        self.curve_length = curve_length
        self.att = nn.Conv1d(channels, 1, kernel_size=1, bias=False)
        self.mix = nn.Conv2d(channels, channels, kernel_size=1)

    def forward(self, x):
        # x: (B, C, N)
        x_att = torch.sigmoid(self.att(x))                       # (B, 1, N)
        x = x * x_att
        _, start_index = torch.topk(x_att, self.curve_num, dim=2, sorted=False)
        cur = start_index.squeeze()                              # starting points
        steps = []
        for _ in range(self.curve_length):
            feat = batched_index_select(x, 2, cur)               # (B, C, K)
            steps.append(feat)
            d = torch.cdist(feat.transpose(1, 2), x.transpose(1, 2))
            d = d.scatter(2, cur.unsqueeze(2), float("inf"))
            cur = d.argmin(dim=2)
        curves = torch.stack(steps, dim=3)                       # (B, C, K, L)
        return self.mix(curves)
