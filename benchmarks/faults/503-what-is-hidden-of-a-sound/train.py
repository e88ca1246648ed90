"""Recognize commands; parts of the spectrograms are hidden while learning."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from transforms import Compose, MaskSpectrogramFrequency, MaskSpectrogramTime, Spectrogram


class SpeechCommands(Dataset):
    def __init__(self, count, transform):
        self.signals, self.labels = torch.randn(count, 1, 1600), torch.randint(0, 4, (count,))
        self.transform = transform

    def __len__(self):
        return len(self.signals)

    def __getitem__(self, index):
        return self.transform(self.signals[index]), self.labels[index]


class Recognizer(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 6, 3, stride=2), nn.ReLU(), nn.Conv2d(6, 8, 3, stride=2), nn.ReLU(),
                                 nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes))

    def forward(self, spectrogram):
        return self.net(spectrogram)


if __name__ == "__main__":
    torch.manual_seed(0)
    transform = Compose([Spectrogram(64, 32), MaskSpectrogramFrequency(0.2), MaskSpectrogramTime(0.3, max_width=4)])
    loader = DataLoader(SpeechCommands(16, transform), batch_size=8)
    model = Recognizer()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        for spectrogram, label in loader:
            loss = nn.functional.cross_entropy(model(spectrogram), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
