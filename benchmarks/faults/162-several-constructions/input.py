import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, cin, cout, k=3):
        super().__init__()
        self.conv = nn.Conv1d(cin, cout, k, padding=k // 2)
        self.skip = nn.Identity() if cin == cout else nn.Conv1d(cin, cout, 1)

    def forward(self, x):
        return torch.relu(self.conv(x)) + self.skip(x)


class SensorNet(nn.Module):
    def __init__(self, channels, width, classes):
        super().__init__()
        self.body = nn.Sequential(Block(channels, width), Block(width, width, 5), Block(width, 2 * width, 7))
        self.fc = nn.Linear(2 * width, classes)

    def forward(self, x):
        return self.fc(self.body(x).amax(-1))


if __name__ == "__main__":
    nets = {"wrist": SensorNet(6, 16, 5), "hip": SensorNet(9, 24, 5), "phone": SensorNet(3, 8, 5)}
    feeds = {"wrist": torch.randn(4, 6, 50), "hip": torch.randn(4, 9, 100), "phone": torch.randn(4, 3, 25)}
    votes = torch.stack([nets[k](feeds[k]).softmax(-1) for k in nets])
    print(votes.mean(0).argmax(-1).shape)
