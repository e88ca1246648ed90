"""An autoencoder of vibrations."""
from torch import nn


class encoder(nn.Module):
    def __init__(self, in_channel=1, length=64, hidden=12):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(in_channel, 4, 7, 2, 3), nn.BatchNorm1d(4), nn.ReLU(),
            nn.Conv1d(4, 8, 7, 2, 3), nn.BatchNorm1d(8), nn.ReLU(),
        )
        self.fc = nn.Linear(8 * (length // 4), hidden)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


class decoder(nn.Module):
    def __init__(self, length=64, hidden=12):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(hidden, 48), nn.ReLU(), nn.Linear(48, length))

    def forward(self, z):
        return self.fc(z)


class classifier(nn.Module):
    def __init__(self, num_classes, hidden=12):
        super().__init__()
        self.fc = nn.Linear(hidden, num_classes)

    def forward(self, z):
        return self.fc(z)
