"""Gestures in short clips: a small CNN for what can be seen, a GRU for how it moves."""
import torch
import torch.nn as nn
from torch.utils.data import Dataset

GESTURES = ["swipe left", "swipe right", "thumb up", "stop", "zoom in", "nothing"]


def conv_bn(cin, cout, stride):
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, stride, 1, bias=False),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
    )


class FrameEncoder(nn.Module):
    def __init__(self, widths=(16, 32, 64), embed_dim=48):
        super().__init__()
        layers, cin = [], 3
        for w in widths:
            layers.append(conv_bn(cin, w, stride=2))
            cin = w
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.proj = nn.Linear(cin, embed_dim)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.proj(x.flatten(1))


class GestureNet(nn.Module):
    """clips: (batch, frames, 3, height, width) -> (batch, classes)"""

    def __init__(self, num_classes=len(GESTURES), embed_dim=48, hidden=64, dropout=0.3):
        super().__init__()
        self.encoder = FrameEncoder(embed_dim=embed_dim)
        self.rnn = nn.GRU(embed_dim, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, num_classes)

    def forward(self, clips):
        x = self.encoder(clips)
        x, _ = self.rnn(x)
        x = x.mean(dim=1)
        return self.head(self.drop(x))


class ClipDataset(Dataset):
    """Cuts `frames` equally spaced frames out of each recording (frames, 3, height, width)."""

    def __init__(self, recordings, labels, frames=12):
        assert len(recordings) == len(labels)
        self.recordings = recordings
        self.labels = labels
        self.frames = frames

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        rec = self.recordings[i]
        idx = torch.linspace(0, rec.size(0) - 1, self.frames).round().long()
        return rec[idx].float() / 127.5 - 1, self.labels[i]


def train_one_epoch(model, loader, optimizer, device="cpu"):
    criterion = nn.CrossEntropyLoss()
    model.train()
    seen, correct, total = 0, 0, 0.0
    for clips, labels in loader:
        clips, labels = clips.to(device), labels.to(device)
        logits = model(clips)
        loss = criterion(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        seen += labels.size(0)
        total += loss.item() * labels.size(0)
        correct += (logits.argmax(1) == labels).sum().item()
    return total / seen, correct / seen
