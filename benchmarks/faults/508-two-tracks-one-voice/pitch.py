"""How high does somebody sing? The pitch of a recording at each frame."""
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

SAMPLE_RATE, WINDOW_SIZE, PITCH_BINS = 16000, 256, 60


def load_audio(path):
    """Samples (tracks, time) and their rate."""
    data = np.load(path)
    return torch.from_numpy(data["audio"]), int(data["sample_rate"])


def resample(audio, sample_rate):
    """To 16 kHz, of a recording (1, time)."""
    if sample_rate == SAMPLE_RATE:
        return audio
    audio = audio.detach().cpu().numpy().squeeze(0)
    count = int(len(audio) * SAMPLE_RATE / sample_rate)
    audio = np.interp(np.arange(count) / SAMPLE_RATE, np.arange(len(audio)) / sample_rate, audio)
    return torch.from_numpy(audio.astype(np.float32)).unsqueeze(0)


class Crepe(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv1d(1, 8, 32, stride=4), nn.ReLU(), nn.BatchNorm1d(8), nn.MaxPool1d(4))
        self.classifier = nn.Linear(8 * 14, PITCH_BINS)

    def forward(self, frames):
        return self.classifier(self.conv(frames.unsqueeze(1)).flatten(1)).sigmoid()


def preprocess(audio, sample_rate, hop_length=160):
    audio = resample(audio, sample_rate)
    frames = nn.functional.pad(audio, (WINDOW_SIZE // 2, WINDOW_SIZE // 2))[0].unfold(0, WINDOW_SIZE, hop_length)
    frames = frames - frames.mean(dim=1, keepdim=True)
    return frames / frames.std(dim=1, keepdim=True).clamp(min=1e-10)


@torch.no_grad()
def predict(model, audio, sample_rate):
    bins = model(preprocess(audio, sample_rate)).argmax(dim=1)
    return 10 * 2 ** ((20 * bins + 1997.4) / 1200)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Crepe().eval()
    for path in sys.argv[1:] or sorted(Path(__file__).parent.glob("audio/*.npz")):
        pitch = predict(model, *load_audio(path))
        print(Path(path).stem, tuple(pitch.shape), f"{pitch.mean().item():.1f}")
