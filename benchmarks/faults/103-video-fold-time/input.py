"""Clips (batch, time, 3, 32, 32) -> (batch, time, classes) frame labels and one clip label."""
import torch
import torch.nn as nn


class VideoTagger(nn.Module):
    def __init__(self, dim=32, classes=7):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, dim, 3, stride=2, padding=1), nn.BatchNorm2d(dim), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.frame = nn.Linear(dim, classes)
        self.clip = nn.Linear(dim, classes)

    def forward(self, clip):
        b, t = clip.shape[:2]
        f = self.cnn(clip.flatten(0, 1)).unflatten(0, (b, t))
        out, (h, _) = self.rnn(f)
        return self.frame(out), self.clip(h[-1])
