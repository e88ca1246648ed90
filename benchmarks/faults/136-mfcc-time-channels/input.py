import torch
import torch.nn as nn


class DSConv(nn.Module):
    def __init__(self, cin, cout, k):
        super().__init__()
        self.dw = nn.Conv1d(cin, cin, k, padding=k // 2, groups=cin)
        self.pw = nn.Conv1d(cin, cout, 1)
        self.bn = nn.BatchNorm1d(cout)

    def forward(self, x):
        return torch.relu(self.bn(self.pw(self.dw(x))))


class KeywordNet(nn.Module):
    """Keyword spotting.

    x: (batch, frames, n_mfcc) as written by the feature extractor. Clips have
    different lengths, so the number of frames is not fixed.
    """

    def __init__(self, n_mfcc=40, width=64, keywords=12):
        super().__init__()
        self.front = nn.Conv1d(n_mfcc, width, 3, padding=1)
        self.body = nn.Sequential(DSConv(width, width, 5), DSConv(width, width, 7))
        self.out = nn.Linear(width, keywords)

    def forward(self, x):
        x = torch.relu(self.front(x))
        x = self.body(x)
        return self.out(x.mean(dim=-1))
