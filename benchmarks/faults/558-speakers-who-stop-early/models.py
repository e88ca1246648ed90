"""A voice becomes a vector, the vector a face."""
import torch
from torch import nn


class AudioEncoder(nn.Module):
    def __init__(self, audio_length, width=8, embedding=16):
        super().__init__()
        layers, channels, length = [], 1, audio_length
        for _ in range(3):
            layers += [nn.Conv1d(channels, width, 15, 4, 7), nn.BatchNorm1d(width), nn.PReLU()]
            channels, length = width, (length - 1) // 4 + 1
        self.convolutions, self.fc = nn.Sequential(*layers), nn.Linear(width * length, embedding)

    def forward(self, wav):
        h = self.convolutions(wav.unsqueeze(1))
        return self.fc(h.flatten(1))


class Generator(nn.Module):
    def __init__(self, audio_length, embedding=16, width=8):
        super().__init__()
        self.encoder = AudioEncoder(audio_length, embedding=embedding)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(embedding, width, 4), nn.BatchNorm2d(width), nn.ReLU(),
            nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh(),
        )

    def forward(self, wav):
        e = self.encoder(wav)
        return self.decoder(e[:, :, None, None])


class Discriminator(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 1, 4))

    def forward(self, face):
        return self.net(face).flatten()
