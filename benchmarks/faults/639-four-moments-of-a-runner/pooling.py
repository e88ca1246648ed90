"""What a window of observations amounts to."""
import torch
from torch import nn


class TemporalAttentionPooling(nn.Module):
    """The mean of the moments, each as important as a score says."""

    def __init__(self, features_in):
        super().__init__()
        self.attention_pooling = nn.Sequential(nn.Conv1d(features_in, 1, kernel_size=1), nn.Softmax(dim=1))

    def forward(self, features):
        x = features.transpose(1, 2)
        weights = self.attention_pooling(x)
        return (x * weights).sum(dim=2)


class LamaPooling(nn.Module):
    """Last, average, maximum and attention of (batch, history, features), side by side."""

    def __init__(self, features_in):
        super().__init__()
        self.features_in, self.features_out = features_in, 4 * features_in
        self.attention = TemporalAttentionPooling(features_in)

    def forward(self, features):
        last = features[:, -1]
        average = features.mean(dim=1)
        maximum = features.max(dim=1)[0]
        return torch.cat([last, average, maximum, self.attention(features)], dim=1)
