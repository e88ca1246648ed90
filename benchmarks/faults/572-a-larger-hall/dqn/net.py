"""What each of four moves is worth, from a map of the hall."""
from torch import nn


class Net(nn.Module):
    def __init__(self, channels=3, n_actions=4, width=16):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, width // 2, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(width // 2, width, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(width, width, 3, 2, 1), nn.ReLU(),
        )
        self.out = nn.Linear(width, n_actions)

    def forward(self, x):
        x = self.features(x)
        x = x.view(x.size(0), -1)
        return self.out(x)
