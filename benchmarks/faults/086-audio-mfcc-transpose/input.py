"""Keyword tagger on raw audio: framing -> log-mel -> MFCC -> Conv1d stack -> GRU -> tags."""
import math
import torch
import torch.nn as nn


class MFCC(nn.Module):
    def __init__(self, n_fft=400, hop=200, n_mels=64, n_mfcc=40):
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        gen = torch.Generator().manual_seed(0)
        self.register_buffer("window", torch.hann_window(n_fft))
        self.register_buffer("fbank", torch.rand(n_mels, n_fft // 2 + 1, generator=gen))
        k = torch.arange(n_mfcc).unsqueeze(1)
        n = torch.arange(n_mels).unsqueeze(0)
        self.register_buffer("dct", torch.cos(math.pi / n_mels * (n + 0.5) * k))

    def forward(self, wav):
        spec = torch.stft(wav, self.n_fft, self.hop, window=self.window, return_complex=True)
        mel = self.fbank @ spec.abs().pow(2)
        return self.dct @ torch.log(mel + 1e-6)          # (batch, n_mfcc, frames)


class AudioEncoder(nn.Module):
    def __init__(self, n_mfcc=40, dim=64):
        super().__init__()
        self.mfcc = MFCC(n_mfcc=n_mfcc)
        self.conv = nn.Sequential(
            nn.Conv1d(n_mfcc, dim, 3, padding=1), nn.BatchNorm1d(dim), nn.ReLU(),
            nn.Conv1d(dim, dim, 3, stride=2, padding=1), nn.BatchNorm1d(dim), nn.ReLU(),
        )
        self.gru = nn.GRU(dim, dim, batch_first=True)

    def forward(self, wav):
        feats = self.mfcc(wav)
        feats = feats.transpose(1, 2)
        feats = self.conv(feats)
        out, _ = self.gru(feats.transpose(1, 2))          # (batch, frames, dim)
        return out


class KeywordTagger(nn.Module):
    def __init__(self, tags=12):
        super().__init__()
        self.encoder = AudioEncoder()
        self.head = nn.Linear(64, tags)

    def forward(self, wav):
        return self.head(self.encoder(wav).mean(dim=1))
