"""The network that each client trains on pictures of its own."""
import torch
from torch import nn


class FedAvgCNN(nn.Module):
    """For pictures of 50 x 50, in place of those of 32 x 32."""

    def __init__(self, in_features=3, num_classes=4, dim=512):
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_features, 8, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, kernel_size=3, stride=1, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),  # 16 x 16 x 16
        )
        self.conv2 = nn.Sequential(
            nn.Conv2d(16, 24, kernel_size=3, stride=1, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),  # 24 x 8 x 8
        )
        self.conv3 = nn.Sequential(
            nn.Conv2d(24, 32, kernel_size=3, stride=1, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),  # 32 x 4 x 4
        )
        self.fc1 = nn.Sequential(
            nn.Flatten(),
            nn.Linear(dim, 40),
            nn.ReLU(),
        )
        self.fc = nn.Linear(40, num_classes)

    def forward(self, x):
        out = self.conv3(self.conv2(self.conv1(x)))
        return self.fc(self.fc1(out))
