import torch
import torch.nn as nn


class ECGNet(nn.Module):
    """12-lead ECG classifier.

    Shape:
        - signal: (N, 12, 1000)
        - demographics: (N, 3)
        - output: (N, 5)

    Example::

        >>> net = ECGNet()
        >>> net(torch.randn(4, 12, 1000), torch.randn(4, 3)).shape
        torch.Size([4, 5])
    """

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(12, 24, 15, stride=5, padding=7)
        self.conv2 = nn.Conv1d(24, 32, 9, stride=5, padding=4)
        self.fc = nn.Linear(32 * 40 + 3, 5)

    def forward(self, signal, demographics):
        h = torch.relu(self.conv1(signal))
        h = torch.relu(self.conv2(h)).flatten(1)
        return self.fc(torch.cat([h, demographics], dim=1))
