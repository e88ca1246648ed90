"""Separates speakers by sound and by their faces: what both say about a moment is joined."""
import torch
from torch import nn


class AudioNet(nn.Module):
    """Real and imaginary part of a spectrogram (B, 2, T, F) to (B, channels, T, F)."""

    def __init__(self, channels=4):
        super().__init__()
        self.conv1 = nn.Conv2d(2, channels, (1, 3), padding=(0, 1))
        self.conv2 = nn.Conv2d(channels, channels, (3, 3), padding=1)

    def forward(self, x):
        return torch.relu(self.conv2(torch.relu(self.conv1(x))))


class VideoNet(nn.Module):
    """Embeddings of a face (B, E, frames) to (B, channels, T)."""

    def __init__(self, embedding=10, channels=6, repeat=4):
        super().__init__()
        self.conv = nn.Conv1d(embedding, channels, 3, padding=1)
        self.repeat = repeat

    def forward(self, x):
        return torch.relu(self.conv(x)).repeat_interleave(self.repeat, dim=2)


class SeparationNet(nn.Module):
    def __init__(self, speakers=2, freq=9, audio_channels=4, video_channels=6, hidden=16):
        super().__init__()
        self.speakers, self.freq = speakers, freq
        self.audio = AudioNet(audio_channels)
        self.video = VideoNet(channels=video_channels)
        self.lstm = nn.LSTM(audio_channels * freq + speakers * video_channels, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, speakers * freq)

    def fuse(self, spectrogram, faces):
        """A row for each moment: (B, T, channels of the sound * frequencies + channels of the faces)."""
        sound = self.audio(spectrogram)
        batch, _, time, _ = sound.shape
        sound = sound.view(batch, -1, time)
        looks = [self.video(face) for face in faces]
        return torch.cat([sound] + looks, dim=1).transpose(1, 2)

    def forward(self, spectrogram, faces):
        batch, _, time, freq = spectrogram.shape
        hidden, _ = self.lstm(self.fuse(spectrogram, faces))
        masks = torch.sigmoid(self.fc(hidden)).view(batch, time, self.speakers, freq)
        return masks.permute(0, 2, 1, 3).unsqueeze(2) * spectrogram.unsqueeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SeparationNet()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(3):
        voices = torch.randn(3, 2, 2, 12, 9)
        faces = [torch.randn(3, 10, 3) for _ in range(2)]
        loss = nn.functional.mse_loss(model(voices.sum(1), faces), voices)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("%.3f" % loss.item())
