"""Adaptive graph convolutions over the joints of people."""
import torch
from torch import nn


class UnitGCN(nn.Module):
    def __init__(self, in_channels, out_channels, A):
        super().__init__()
        self.register_buffer("A", A)
        self.PA = nn.Parameter(torch.full_like(A, 1e-6))
        self.conv = nn.Conv2d(in_channels, out_channels, 1)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return self.bn(self.conv(torch.einsum("nctv,vw->nctw", x, self.A + self.PA))).relu()


class Model(nn.Module):
    def __init__(self, num_class=60, num_point=25, num_person=2, in_channels=3, hidden=16):
        super().__init__()
        A = torch.eye(num_point)
        index = torch.arange(num_point - 1)
        A[index, index + 1] = A[index + 1, index] = 1
        self.data_bn = nn.BatchNorm1d(num_person * in_channels * num_point)
        self.l1 = UnitGCN(in_channels, hidden, A / A.sum(0))
        self.tcn = nn.Conv2d(hidden, hidden, (5, 1), padding=(2, 0))
        self.l2 = UnitGCN(hidden, hidden, A / A.sum(0))
        self.fc = nn.Linear(hidden, num_class)

    def forward(self, x):
        N, C, T, V, M = x.size()
        x = x.permute(0, 4, 3, 1, 2).contiguous().view(N, M * V * C, T)
        x = self.data_bn(x)
        x = x.view(N, M, V, C, T).permute(0, 1, 3, 4, 2).contiguous().view(N * M, C, T, V)
        x = self.l2(self.tcn(self.l1(x)).relu())
        x = x.view(N, M, x.size(1), -1).mean(3).mean(1)
        return self.fc(x)
