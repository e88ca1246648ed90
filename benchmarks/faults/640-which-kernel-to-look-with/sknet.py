"""Branches with kernels of several sizes, among which each channel selects."""
import torch
from torch import nn


class SKConv(nn.Module):
    def __init__(self, features, M=2, r=4, L=8):
        super().__init__()
        d = max(features // r, L)
        self.convs = nn.ModuleList(
            nn.Sequential(nn.Conv2d(features, features, 3 + 2 * i, padding=1 + i), nn.BatchNorm2d(features), nn.ReLU())
            for i in range(M)
        )
        self.fc = nn.Linear(features, d)
        self.fcs = nn.ModuleList(nn.Linear(d, features) for _ in range(M))
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        feats = torch.stack([conv(x) for conv in self.convs], dim=1)
        fea_z = self.fc(feats.sum(dim=1).mean(-1).mean(-1))
        attention_vectors = torch.stack([fc(fea_z) for fc in self.fcs], dim=1)
        attention_vectors = self.softmax(attention_vectors).unsqueeze(-1).unsqueeze(-1)
        return (feats * attention_vectors).sum(dim=1)


class SKNet(nn.Module):
    def __init__(self, num_classes=5, features=16):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, features, 3, padding=1), nn.BatchNorm2d(features), nn.ReLU())
        self.sk1, self.sk2 = SKConv(features), SKConv(features, M=3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(features, num_classes)

    def forward(self, x):
        x = self.stem(x)
        x = nn.functional.max_pool2d(x + self.sk1(x), 2)
        x = x + self.sk2(x)
        return self.classifier(self.pool(x).squeeze(3).squeeze(2))
