"""Risk after a heart attack, from an ECG of twelve leads and what is known of the patient."""
import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(cin, cout, 7, stride=stride, padding=3, bias=False), nn.BatchNorm1d(cout), nn.ReLU(),
            nn.Conv1d(cout, cout, 7, padding=3, bias=False), nn.BatchNorm1d(cout),
        )
        self.short = nn.Sequential(nn.Conv1d(cin, cout, 1, stride=stride, bias=False), nn.BatchNorm1d(cout))

    def forward(self, x):
        return torch.relu(self.body(x) + self.short(x))


class ECGEncoder(nn.Module):
    def __init__(self, leads=12, widths=(16, 32, 48)):
        super().__init__()
        blocks, cin = [], leads
        for width in widths:
            blocks.append(ResidualBlock(cin, width, stride=4))
            cin = width
        self.blocks = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.out_features = cin

    def forward(self, ecg):
        return self.pool(self.blocks(ecg))


class RiskNet(nn.Module):
    def __init__(self, covariates=9, hidden=32, outcomes=2):
        super().__init__()
        self.ecg = ECGEncoder()
        self.clinical = nn.Sequential(nn.Linear(covariates, 16), nn.ReLU())
        self.head = nn.Sequential(
            nn.Linear(self.ecg.out_features + 16, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, outcomes)
        )

    def forward(self, ecg, covariates):
        both = torch.cat([self.ecg(ecg), self.clinical(covariates)], dim=1)
        return self.head(both)
