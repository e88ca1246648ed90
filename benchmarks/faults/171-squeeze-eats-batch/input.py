import torch
import torch.nn as nn


class ReIDHead(nn.Module):
    def __init__(self, channels=16, ids=20):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, ids)

    def forward(self, x):
        x = torch.squeeze(self.pool(x))
        return self.fc(x).softmax(dim=-1)
