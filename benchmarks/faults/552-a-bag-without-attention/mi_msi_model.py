"""Whether the places of a tumour are unstable: a sample is a bag of places, each with many reads."""
import torch
from torch import nn


class MSIModel(nn.Module):
    """A bag (places, channels, reads, length) to its probability; with attention, or by the mean of the places."""

    def __init__(self, use_attention=True, channels=3, l_size=10, hidden=6):
        super().__init__()
        self.use_attention = use_attention
        self.locus = nn.Sequential(
            nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, l_size), nn.ReLU(),
        )
        self.attention = nn.Sequential(nn.Linear(l_size, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.classifier = nn.Sequential(nn.Linear(l_size, 1), nn.Sigmoid())

    def forward(self, bag):
        I = self.locus(bag)
        if self.use_attention:
            A = self.attention(I).transpose(1, 0)
            A = nn.functional.softmax(A, dim=1)
            S = torch.mm(A, I).squeeze(0)
        else:
            A = None
            S = torch.mean(I, dim=0)
        return self.classifier(S), A
