"""Runs the waveform denoiser over a folder of recordings (16 bit PCM wav files)."""
import math
import os
import struct
import tempfile
import wave

import torch
from torch import nn

RATE = 16000


def write_tone(path, seconds, channels, freq=220.0):
    n = int(RATE * seconds)
    with wave.open(path, "wb") as w:
        w.setnchannels(channels)
        w.setsampwidth(2)
        w.setframerate(RATE)
        for i in range(n):
            s = int(9000 * math.sin(2 * math.pi * freq * i / RATE))
            w.writeframes(struct.pack("<" + "h" * channels, *[s] * channels))


def load_wav(path):
    """returns a float tensor (channels, samples) in [-1, 1]"""
    with wave.open(path, "rb") as w:
        if w.getframerate() != RATE:
            raise ValueError("{}: expected {} Hz".format(path, RATE))
        raw = bytearray(w.readframes(w.getnframes()))
        wav = torch.frombuffer(raw, dtype=torch.int16).float() / 32768
        wav = wav.view(-1, w.getnchannels()).t()
    return wav


class Denoiser(nn.Module):
    """encoder / decoder on one channel of raw audio"""

    def __init__(self, hidden=12, kernel=8, stride=4):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv1d(1, hidden, kernel, stride), nn.ReLU(), nn.Conv1d(hidden, 2 * hidden, 1), nn.GLU(1))
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.dec = nn.ConvTranspose1d(hidden, 1, kernel, stride)

    def forward(self, mix):
        x = self.enc(mix)
        h, _ = self.lstm(x.transpose(1, 2))
        return self.dec(x + h.transpose(1, 2))


def main():
    torch.manual_seed(0)
    model = Denoiser().eval()
    with tempfile.TemporaryDirectory() as folder:
        for name, channels in (("phone.wav", 1), ("meeting.wav", 2)):
            write_tone(os.path.join(folder, name), 0.2, channels)
        for name in sorted(os.listdir(folder)):
            noisy = load_wav(os.path.join(folder, name))
            with torch.no_grad():
                estimate = model(noisy.unsqueeze(0)).squeeze(0)
            print(name, tuple(noisy.shape), "->", tuple(estimate.shape))


if __name__ == "__main__":
    main()
