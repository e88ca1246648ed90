import torch
import torch.nn as nn


class LandmarkNet(nn.Module):
    def __init__(self, points=68):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU(),
        )
        self.fc = nn.Linear(32 * 22 * 22, points * 2)

    def forward(self, x):
        x = self.features(x)
        return self.fc(x.flatten(1)).view(x.size(0), -1, 2)


if __name__ == "__main__":
    net = LandmarkNet()
    face = torch.randn(2, 1, 96, 96)
    print(net(face).shape)
