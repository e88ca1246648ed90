import torch
import torch.nn as nn
import torch.nn.functional as F


class AlignNet(nn.Module):
    """Regresses a k x k matrix from a point set given as (batch, k, points)."""

    def __init__(self, k):
        super(AlignNet, self).__init__()
        self.k = k
        self.conv1 = nn.Conv1d(k, 32, 1)
        self.conv2 = nn.Conv1d(32, 64, 1)
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, k * k)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = x.max(dim=2)[0]
        x = self.fc2(F.relu(self.fc1(x)))
        identity = torch.eye(self.k, device=x.device).view(1, self.k * self.k)
        return (x + identity).view(-1, self.k, self.k)


class PointEncoder(nn.Module):
    def __init__(self, hidden=24, out=96):
        super(PointEncoder, self).__init__()
        self.hidden = hidden
        self.input_align = AlignNet(3)
        self.feature_align = AlignNet(hidden)
        self.lift = nn.Conv1d(3, hidden, 1)
        self.deepen = nn.Conv1d(hidden, out, 1)

    def forward(self, x):
        rotation = self.input_align(x)
        x = torch.bmm(x.transpose(2, 1), rotation).transpose(2, 1)
        x = F.relu(self.lift(x))
        mixing = self.feature_align(x)
        x = torch.bmm(x, mixing)
        x = self.deepen(x)
        return x.max(dim=2)[0], mixing


class PointClassifier(nn.Module):
    def __init__(self, classes=10):
        super(PointClassifier, self).__init__()
        self.encoder = PointEncoder()
        self.head = nn.Sequential(nn.Linear(96, 48), nn.ReLU(), nn.Linear(48, classes))

    def forward(self, x):
        feature, _ = self.encoder(x)
        return F.log_softmax(self.head(feature), dim=1)
